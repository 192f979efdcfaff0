#include "engine/app/load_choice.h"

#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/load/invoice_load.h"
#include "engine/app/numbers.h"
#include "engine/app/progress.h"

namespace fiscus::app {
namespace {

constexpr std::string_view vouchers_word = "vouchers";
constexpr std::string_view invoices_word = "invoices";
// An invoice is submitted and decided.
constexpr std::uint64_t records_of_invoice = 2;

}  // namespace

void LoadChoice::declare(CLI::App& options, bool required) {
    options
        .add_option("--programme", programme_,
                    "What the month is about: vouchers, or invoices with their draws; vouchers if "
                    "not given")
        ->type_name("vouchers|invoices");
    auto* const events =
        options
            .add_option("--events", load_.events,
                        required ? "Records in all, control events included; of invoices about "
                                   "so many"
                                 : "Records of the load, of invoices about so many; 1000000 if "
                                   "not given")
            ->type_name("N")
            ->check(whole_number(1));
    auto* const seed = options
                           .add_option("--seed", load_.seed,
                                       required ? "Another number, another month"
                                                : "Another month; 1 if not given")
                           ->type_name("S")
                           ->check(whole_number(0));
    if (required) {
        events->required();
        seed->required();
    }
}

Status LoadChoice::check() const {
    if (programme_ == vouchers_word) {
        return load::check_options(load_);
    }
    if (programme_ != invoices_word) {
        return Error{ErrorCode::usage, fmt::format("`{}` is no month that can be made", programme_),
                     "", "Give --programme vouchers or --programme invoices."};
    }
    if (load_.events < records_of_invoice * load::invoices_min) {
        return Error{
            ErrorCode::usage,
            fmt::format("{} events are too few for a month of invoices", count_text(load_.events)),
            "each tier of each draw needs somebody who wins",
            fmt::format("Give --events {} at least.", records_of_invoice * load::invoices_min)};
    }
    if (load_.programmes > 1) {
        return Error{ErrorCode::usage, "a month of invoices is one programme", "",
                     "Leave --programmes away."};
    }
    return Done{};
}

std::unique_ptr<load::Load> LoadChoice::make() const {
    if (programme_ == vouchers_word) {
        return std::make_unique<load::StandardLoad>(load_);
    }
    return std::make_unique<load::InvoiceLoad>(
        load::InvoiceOptions{.invoices = load_.events / records_of_invoice, .seed = load_.seed});
}

std::uint64_t LoadChoice::records() const {
    if (programme_ == vouchers_word) {
        return load_.events;
    }
    const auto load = make();
    load::LoadBatch batch;
    while (load->next(batch)) {
    }
    return load->expected().records;
}

}  // namespace fiscus::app

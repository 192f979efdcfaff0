#include "engine/app/load_choice.h"

#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/load/invoice_load.h"
#include "bench/load/pack_load.h"
#include "bench/load/secret_files.h"
#include "engine/app/numbers.h"
#include "engine/app/progress.h"

namespace fiscus::app {
namespace {

constexpr std::string_view vouchers_word = "vouchers";
constexpr std::string_view invoices_word = "invoices";
constexpr std::string_view packs_word = "gift-packs";

}  // namespace

void LoadChoice::declare(CLI::App& options, bool required) {
    options
        .add_option("--programme", programme_,
                    "What the month is about: vouchers, invoices with their draws, or gift packs "
                    "that are won day by day; vouchers if not given")
        ->type_name("vouchers|invoices|gift-packs");
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
    if (programme_ != invoices_word && programme_ != packs_word) {
        return Error{ErrorCode::usage, fmt::format("`{}` is no month that can be made", programme_),
                     "", "Give --programme vouchers, invoices or gift-packs."};
    }
    const std::uint64_t least = programme_ == packs_word
                                    ? load::requests_min * load::records_of_ten_requests / 10
                                    : load::invoices_min * load::records_of_invoice;
    if (load_.events < least) {
        return Error{ErrorCode::usage,
                     fmt::format("{} events are too few for a month of {}",
                                 count_text(load_.events), programme_),
                     "there would be nothing to win in some tier",
                     fmt::format("Give --events {} at least.", least)};
    }
    if (load_.with_signatures) {
        return Error{ErrorCode::usage, fmt::format("a month of {} is not signed", programme_), "",
                     "Leave --signed away."};
    }
    if (load_.programmes > 1) {
        return Error{ErrorCode::usage, fmt::format("a month of {} is one programme", programme_),
                     "", "Leave --programmes away."};
    }
    return Done{};
}

std::unique_ptr<load::Load> LoadChoice::make() const {
    if (programme_ == vouchers_word) {
        return std::make_unique<load::StandardLoad>(load_);
    }
    if (programme_ == packs_word) {
        return std::make_unique<load::PackLoad>(load::PackOptions{
            .requests = load_.events * 10 / load::records_of_ten_requests, .seed = load_.seed});
    }
    return std::make_unique<load::InvoiceLoad>(load::InvoiceOptions{
        .invoices = load_.events / load::records_of_invoice, .seed = load_.seed});
}

Status LoadChoice::write_secrets(const load::Load& load, const std::filesystem::path& directory) {
    if (directory.empty() && !load.secrets().empty()) {
        return Error{ErrorCode::usage, "there is no place for the keys of the load",
                     "keys are never in the log, and the engine needs them",
                     "Give --secrets DIR, and the same to `fiscus run`."};
    }
    return load::write_secrets(load, directory);
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

// `fiscus batch-summary`: 批次总结, what was reported of each batch that ended.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/reading.h"
#include "engine/app/numbers.h"
#include "engine/app/open.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class BatchSummary final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "batch-summary",
            .summary = "Print the summary of each batch that ended",
            .example = "fiscus batch-summary --state /tmp/demo/state --batch 101 --districts",
            .details =
                "批次总结: what the statistics say of a batch over all its days, distinct "
                "consumers "
                "and merchants as unions, and what moved in its money. A batch has one from the "
                "cut on that takes the day on which it ended; after 3 days, then every 28 days and "
                "at "
                "the programme's close, figures that changed make revisions. With --districts one "
                "line for each district. These are "
                "the batch_summary rows of the topic. CSV and JSON have every figure and name the "
                "programme in every row.",
            .settings = {Setting::state_directory, Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        options
            .add_option("--batch", batch_, "Only this batch; all that have a summary if not given")
            ->type_name("NUMBER");
        options.add_option("--revision", revision_, "This revision instead of the latest one")
            ->type_name("NUMBER")
            ->check(whole_number(1));
        options.add_flag("--districts", by_district_, "One line for each district of a batch");
        programme_.declare(options);
        reading_.declare(options);
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const std::filesystem::path state, state_directory(context.settings));
        FISCUS_ASSIGN(const auto query, open_query(state.string()));
        FISCUS_ASSIGN(const projections::ProgrammeSummary programme, programme_.choose(*query));
        FISCUS_ASSIGN(const projections::Table figures,
                      query->batch_summary({.programme = programme.programme,
                                            .batch = batch_,
                                            .revision = revision_,
                                            .by_district = by_district_}));
        const Language language = language_of(context.settings);
        const Table table = table_of(figures, language);
        std::vector<SharedCell> head = programme_head(programme, 0, language);
        head.pop_back();  // each row has its own as_of
        reading_.print(context.console, programme, figures,
                       reading_.for_people() ? for_people(table) : with_head(table, head),
                       language);
        return ExitCode::success;
    }

private:
    // A terminal does not hold all figures; those of prizes and draws are where the programme has
    // them.
    static Table for_people(const Table& table) {
        return with_columns(table, {"batch",
                                    "batch_name",
                                    "district",
                                    "district_name",
                                    "ended_on",
                                    "revision",
                                    "issued_count",
                                    "issued_amount",
                                    "redeemed_count",
                                    "redeemed_amount",
                                    "refunded_amount",
                                    "redeeming_consumers",
                                    "redeeming_merchants",
                                    "redemption_rate_amount",
                                    "leverage_ratio",
                                    "invoices_verified_count",
                                    "invoices_verified_amount_net",
                                    "invoice_consumers",
                                    "prizes_awarded_amount",
                                    "prizes_paid_amount",
                                    "prize_leverage_ratio",
                                    "draws_asked_count",
                                    "draws_won_count",
                                    "draw_win_rate_to_date",
                                    "closing"});
    }

    std::optional<std::uint32_t> batch_;
    std::optional<std::uint32_t> revision_;
    bool by_district_ = false;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_batch_summary() { return std::make_unique<BatchSummary>(); }

}  // namespace fiscus::app

// `fiscus fund-ledger`: 资金使用明细台账, the flows of each day in the account and in each batch.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/day_table.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class FundLedger final : public DayTable {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "fund-ledger",
            .summary = "Print what moved in the dedicated account and in each batch, day by day",
            .example = "fiscus fund-ledger --state /tmp/demo/state --date 2026-03-15 --csv",
            .details =
                "资金使用明细台账: for each day one line for the whole account, which has no "
                "batch, "
                "and one for each batch that has money. As known now; what each revision said "
                "is in the fund_usage rows of the topic. CSV and JSON say programme and as_of "
                "in every row.",
            .settings = {Setting::state_directory, Setting::output_language}};
    }

protected:
    Result<projections::Table> figures(const projections::Query& query,
                                       ProgrammeId programme,
                                       const Days& days) const override {
        return query.fund_usage(programme, days.first, days.last);
    }
    // The projections call the line of the whole account by its Chinese name.
    void adapt(Table& table, Language language, TableFormat format) const override {
        if (language == Language::chinese || format == TableFormat::json) {
            return;
        }
        for (std::vector<std::string>& row : table.rows) {
            std::ranges::replace(row, std::string("（全部）"), std::string("(all)"));
        }
    }
    [[nodiscard]] Table for_people(const Table& table, Language language) const override {
        return in_one_language(table, language);
    }
};

}  // namespace

std::unique_ptr<Command> make_fund_ledger() { return std::make_unique<FundLedger>(); }

}  // namespace fiscus::app

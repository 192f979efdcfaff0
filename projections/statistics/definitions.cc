#include "projections/statistics/definitions.h"

#include <string_view>

#include "projections/reconcile/reconcile.h"
#include "projections/statistics/batch_life.h"
#include "projections/statistics/draws.h"
#include "projections/statistics/fund.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/prizes.h"

namespace fiscus::projections {

namespace {

std::string_view unit_of(const Measure& measure) {
    switch (measure.type) {
        case MeasureType::count: return "count";
        case MeasureType::amount: return "fen";
        case MeasureType::ratio: return "ratio";
    }
    return "";
}

std::string cell(std::string_view text) { return " " + std::string(text) + " |"; }

void append_measures(std::string& page) {
    page +=
        "## Measures\n\n"
        "| id | 中文 | English | unit | formula | what counts | version | asked by |\n"
        "|---|---|---|---|---|---|---|---|\n";
    for (const Measure& measure : measures()) {
        page += "|" + cell("`" + std::string(measure.id) + "`") + cell(measure.chinese) +
                cell(measure.english) + cell(unit_of(measure)) + cell(measure.formula) +
                cell(measure.inclusion) + cell(std::to_string(measure.version)) +
                cell(measure.sources) + "\n";
    }
    page +=
        "\nMeasures of draws (draw_…, draws_…) stand in the rows of programmes that have opened "
        "an instant\n"
        "draw, and in no others.\n"
        "\nA ratio is published as text with four decimals, rounded half up, and as the pair\n"
        "`<id>_numerator`, `<id>_denominator`; with nothing "
        "below the line the text is empty (null).\n"
        "\n";
}

void append_groupings(std::string& page) {
    page +=
        "## Grouping sets\n\n"
        "| id | 中文 | English | fields |\n"
        "|---|---|---|---|\n";
    for (const GroupingInfo& set : groupings()) {
        std::string fields;
        for (std::size_t at = 0; at < set.used; ++at) {
            fields += (at == 0 ? "`" : ", `") + std::string(info(set.dimensions[at]).id) + "`";
        }
        page += "|" + cell("`" + std::string(set.id) + "`") + cell(set.chinese) +
                cell(set.english) + cell(fields) + "\n";
    }
    page +=
        "\nClaims carry the consumer's district and the pack's "
        "category and channel (0: every one);\n"
        "their industry and size class are 0. Requests for an instant draw carry the consumer's "
        "district,\n"
        "and the pack that was won with its category and channel (0 where nothing was won). "
        "Redemptions and\n"
        "refunds carry the merchant's district, category, industry and size class as recorded at "
        "the\n"
        "redemption. Invoices, from the submission to the prize, carry the platform that submitted "
        "them and\n"
        "the seller's district, category, industry, size class and channel as registered then; "
        "their pack\n"
        "is 0. Draws of prizes carry their batch alone.\n"
        "\n";
}

void append_flows(std::string& page) {
    page +=
        "## Fund ledger (资金使用明细台账)\n\n"
        "| id | 中文 | English | postings |\n"
        "|---|---|---|---|\n";
    for (const FlowInfo& flow_info : flow_infos()) {
        page += "|" + cell("`" + std::string(flow_info.id) + "`") + cell(flow_info.chinese) +
                cell(flow_info.english) + cell(flow_info.meaning) + "\n";
    }
    page +=
        "\nProgramme: closing = opening + deposited + "
        "compensated + recovered − returned − paid −\n"
        "prizes_paid, the money in the dedicated account. Batch: closing = opening + funded − "
        "released − paid\n"
        "− prizes_paid, its budget, outstanding and payable money, or its prizes that are not "
        "drawn and that\n"
        "are payable. What is said of invoices and prizes stands in the rows of programmes that "
        "have a prize\n"
        "batch; in others it is left out.\n"
        "\n";
}

void append_prizes(std::string& page) {
    page +=
        "## Prizes by tier (分等级奖金发放)\n\n"
        "For each day, prize batch and tier the number and the amount of the day and to date, from "
        "the day on\n"
        "which something first happened.\n\n"
        "| id | 中文 | English | what counts |\n"
        "|---|---|---|---|\n";
    for (const PrizeDeedInfo& about : prize_deeds()) {
        page += "|" + cell("`" + std::string(about.id) + "`") + cell(about.chinese) +
                cell(about.english) + cell(about.meaning) + "\n";
    }
    page +=
        "\nawarded − cancelled − paid to date = payable, in number and in amount; at every cut "
        "this is compared\n"
        "with the accounts of the ledger, and demanded − recovered with what is to be recovered.\n"
        "\n";
}

void append_draws(std::string& page) {
    page +=
        "## Draws by platform and hour (分平台分时段中奖率)\n\n"
        "For each day, platform and hour (0 to 23, Asia/Shanghai) in which an instant draw was "
        "asked for,\n"
        "what came out of the requests that occurred then.\n\n"
        "| id | 中文 | English | what counts |\n"
        "|---|---|---|---|\n";
    for (const DrawFigureInfo& about : draw_figures()) {
        page += "|" + cell("`" + std::string(about.id) + "`") + cell(about.chinese) +
                cell(about.english) + cell(about.meaning) + "\n";
    }
    page +=
        "| `win_rate` | 中奖率 | Win rate | won_count ÷ asked_count |\n"
        "\nwon_count + lost_count + won_today_count + cap_reached_count + stock_out_count = "
        "asked_count.\n"
        "\n";
}

void append_summaries(std::string& page) {
    page +=
        "## Batch summaries (批次总结)\n\n"
        "A batch that ended has a summary: the measures of its `batch` and `batch_district` cells "
        "over all its\n"
        "days, days before the programme's first too, and the flows of its money. Sums add up over "
        "the days,\n"
        "distinct consumers and merchants are unions of them, ratios are those to date; figures to "
        "date would\n"
        "say the same twice and are left out. closing = funded − released − paid − prizes_paid.\n"
        "\n"
        "A batch ends on the first of these days; on one day an event comes before the window, "
        "which is over\n"
        "when the day is.\n\n"
        "| `ended_by` | 中文 | English |\n"
        "|---|---|---|\n";
    for (const BatchEndInfo& end : batch_ends()) {
        page += "|" + cell("`" + std::string(end.id) + "`") + cell(end.chinese) +
                cell(end.english) + "\n";
    }
    page +=
        "\nThe first revision comes with the cut that takes that day, on T+1: well within the 3 "
        "days that the\n"
        "notices give. The summary is looked at again by the cut that takes the third day after "
        "the end, when\n"
        "those 3 days are over, then once in four weeks, by the cuts that take every 28th day "
        "after that (end\n"
        "+ 3, + 31, + 59 …), and by the first cut after the programme's close, which makes it "
        "final. A cut that\n"
        "takes several of these days looks once; they count from the end as it is known then. "
        "Where a figure\n"
        "is another one than the latest revision says (late events, refunds, settlement, prizes "
        "paid, expiry),\n"
        "or the end, there is a new revision with what changed. Cuts between do not look: counting "
        "a batch\n"
        "reads all its days. A cut counts the days up to the\n"
        "last one that was cut; a full refund takes its consumer out of the net counts as soon as "
        "the ledger\n"
        "has it.\n"
        "\n";
}

void append_control(std::string& page) {
    page +=
        "## Reconciliation (对账)\n\n"
        "| figure | 中文 | English | unit |\n"
        "|---|---|---|---|\n";
    for (const ControlFigureInfo& figure : control_figures()) {
        page += "|" + cell("`" + std::string(figure.id) + "`") + cell(figure.chinese) +
                cell(figure.english) + cell(figure.amount ? "fen" : "count") + "\n";
    }
    page += "\n| verdict | 中文 | meaning |\n|---|---|---|\n";
    const auto verdict = [&page](Verdict which, std::string_view meaning) {
        page += "|" + cell("`" + std::string(id_of(which)) + "`") + cell(chinese_of(which)) +
                cell(meaning) + "\n";
    };
    verdict(Verdict::equal, "platform and ledger agree");
    verdict(Verdict::surplus, "the platform reports more than the ledger");
    verdict(Verdict::shortage, "the platform reports less than the ledger");
    verdict(Verdict::not_reported, "no source of the platform has closed the day");
}

}  // namespace

std::string definitions_page() {
    std::string page =
        "# Definitions (口径)\n\n"
        "Written from the tables in `projections/statistics/` and "
        "checked by a test: change the table,\n"
        "then this page. Definitions version " +
        std::to_string(definitions_version) +
        "; every published row names it.\n"
        "Rules behind the words: `docs/domain.md` §5.\n"
        "\n";
    append_measures(page);
    append_groupings(page);
    append_flows(page);
    append_prizes(page);
    append_draws(page);
    append_summaries(page);
    append_control(page);
    return page;
}

}  // namespace fiscus::projections

// `fiscus statistics`: the T+1 figures of a day (or of a range of days) by any grouping, in the
// revision that was published or as known now.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/reading.h"
#include "engine/app/open.h"
#include "engine/base/time.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

std::string grouping_words() {
    std::string words;
    for (const projections::GroupingInfo& grouping : projections::groupings()) {
        words += fmt::format("{}{}", words.empty() ? "" : ", ", grouping.id);
    }
    return words;
}

class Statistics final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "statistics",
            .summary = "Print the T+1 statistics of a day or of several days",
            .example =
                "fiscus statistics --state /tmp/demo/state --date 2026-03-15 --by district\n"
                "fiscus statistics --state /tmp/demo/state --date 2026-03-15 --by industry --csv",
            .details =
                "A single day is shown in its latest revision, or as known now when it was not "
                "cut yet; several days as known now, with consumers and merchants counted once. "
                "Tables show the usual measures, CSV and JSON all of them.",
            .settings = {Setting::state_directory, Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        options.add_option("--date", date_, "Business date, as 2026-03-15")
            ->required()
            ->type_name("DATE");
        options.add_option("--until", until_, "Last business date of a range")->type_name("DATE");
        options.add_option("--by", groupings_, "One or several of: " + grouping_words())
            ->delimiter(',')
            ->type_name("GROUPING,…");
        options.add_option("--revision", revision_, "This revision of the day")->type_name("N");
        options.add_option("--columns", columns_, "These measures, by their names in JSON")
            ->delimiter(',')
            ->type_name("MEASURE,…");
        options.add_flag("--all-columns", all_columns_, "Every measure, also in a table");
        programme_.declare(options);
        reading_.declare(options);
    }

    Result<ExitCode> run(Context& context) override {
        projections::Selection selection;
        FISCUS_TRY(take_days(selection));
        FISCUS_ASSIGN(const auto groupings, take_groupings());
        FISCUS_TRY(check_columns());
        FISCUS_ASSIGN(const std::filesystem::path state, state_directory(context.settings));
        FISCUS_ASSIGN(const auto query, open_query(state.string()));
        FISCUS_ASSIGN(selection.programme, programme_.choose(*query));
        const Language language = language_of(context.settings);
        std::string json;
        for (const projections::Grouping grouping : groupings) {
            selection.grouping = grouping;
            FISCUS_ASSIGN(const projections::Table figures, query->statistics(selection));
            const Table table = shown(table_of(figures, language));
            if (reading_.format() == TableFormat::json && groupings.size() > 1) {
                json += fmt::format("{}\"{}\":{}", json.empty() ? "{" : ",",
                                    projections::info(grouping).id, render_json(table));
                continue;
            }
            if (reading_.for_people()) {
                context.console.print(fmt::format("{}\n", title_of(figures, language)));
            }
            reading_.print(context.console, table);
            for (const std::string& note : notes_of(figures, language)) {
                context.console.note(note);
            }
        }
        context.console.print(json.empty() ? "" : json + "}\n");
        return ExitCode::success;
    }

private:
    Status take_days(projections::Selection& selection) const {
        const auto first = date_from_text(date_);
        const auto last = until_.empty() ? first : date_from_text(until_);
        if (!first || !last) {
            return Error{ErrorCode::usage, fmt::format("`{}` is no date", first ? until_ : date_),
                         "", "A date is written as 2026-03-15."};
        }
        if (*last < *first) {
            return Error{ErrorCode::usage, fmt::format("{} lies before {}", until_, date_), "", ""};
        }
        if (revision_ && *last != *first) {
            return Error{ErrorCode::usage, "--revision is of a single day", "",
                         "Leave out --until, or --revision."};
        }
        selection.first_day = *first;
        selection.last_day = *last;
        selection.revision = revision_;
        return Done{};
    }

    Result<std::vector<projections::Grouping>> take_groupings() const {
        std::vector<projections::Grouping> groupings;
        for (const std::string& word : groupings_) {
            const auto grouping = projections::grouping_from_id(word);
            if (!grouping) {
                return Error{ErrorCode::usage, fmt::format("there is no grouping `{}`", word), "",
                             "The groupings are: " + grouping_words()};
            }
            groupings.push_back(*grouping);
        }
        if (groupings.size() > 1 && reading_.format() == TableFormat::csv) {
            return Error{ErrorCode::usage, "a CSV file holds one table", "",
                         "Give one grouping with --by, or use --json."};
        }
        return groupings;
    }

    Status check_columns() const {
        for (const std::string& name : columns_) {
            if (projections::find_measure(name) == nullptr) {
                std::vector<std::string> known;
                for (const projections::Measure& measure : projections::measures()) {
                    known.emplace_back(measure.id);
                }
                const auto near = nearest_word(name, known);
                return Error{ErrorCode::usage, fmt::format("there is no measure `{}`", name), "",
                             near ? fmt::format("Did you mean {}?", *near)
                                  : "`fiscus statistics --json` names all measures."};
            }
        }
        return Done{};
    }

    [[nodiscard]] Table shown(const Table& table) const {
        if (!columns_.empty()) {
            return with_measures(table, columns_);
        }
        if (reading_.for_people() && !all_columns_) {
            return table_for_people(table);
        }
        return table;
    }

    std::string date_;
    std::string until_;
    std::vector<std::string> groupings_{"programme"};
    std::optional<std::uint32_t> revision_;
    std::vector<std::string> columns_;
    bool all_columns_ = false;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_statistics() { return std::make_unique<Statistics>(); }

}  // namespace fiscus::app

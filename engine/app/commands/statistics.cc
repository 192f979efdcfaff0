// `fiscus statistics`: the T+1 figures of a day (or of a range of days) by any grouping, in the
// revision that was published or as known now.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/day_range.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/reading.h"
#include "engine/app/numbers.h"
#include "engine/app/open.h"
#include "engine/base/check.h"
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
                "Tables show the usual measures, CSV and JSON all of them. Each row of CSV and "
                "JSON says which programme, day, revision, as_of, final, definitions_version and "
                "grouping it is of; JSON is one list of rows, whatever the number of groupings. "
                "Figures as known now have no revision.",
            .settings = {Setting::state_directory, Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        days_.declare(options);
        options.add_option("--by", groupings_, "One or several of: " + grouping_words())
            ->delimiter(',')
            ->type_name("GROUPING,…");
        options.add_option("--revision", revision_, "This revision of the day, from 1 on")
            ->type_name("N")
            ->check(whole_number(1));
        options.add_option("--columns", columns_, "These measures, by their names in JSON")
            ->delimiter(',')
            ->type_name("MEASURE,…");
        options.add_flag("--all-columns", all_columns_, "Every measure, also in a table");
        programme_.declare(options);
        reading_.declare(options);
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(projections::Selection selection, take_days());
        FISCUS_ASSIGN(const auto groupings, take_groupings());
        FISCUS_TRY(check_columns());
        FISCUS_ASSIGN(const std::filesystem::path state, state_directory(context.settings));
        FISCUS_ASSIGN(const auto query, open_query(state.string()));
        FISCUS_ASSIGN(const projections::ProgrammeSummary programme, programme_.choose(*query));
        FISCUS_TRY(check_days({selection.first_day, selection.last_day}, programme));
        selection.programme = programme.programme;
        const Language language = language_of(context.settings);
        std::vector<Table> tables;
        for (const projections::Grouping grouping : groupings) {
            selection.grouping = grouping;
            FISCUS_ASSIGN(const projections::Table figures, query->statistics(selection));
            const Table table = table_of(figures, language);
            if (reading_.for_people()) {
                print(context.console, figures, table, language);
                if (grouping != groupings.back()) {
                    context.console.print("\n");
                }
                continue;
            }
            FISCUS_ASSIGN(const projections::DayFigures raw, query->figures(selection));
            tables.push_back(shown(with_head(with_ratio_parts(table, raw.rows, language),
                                             head_of(programme, selection, raw, language))));
        }
        if (!reading_.for_people()) {
            context.console.print(reading_.format() == TableFormat::json
                                      ? render_json(tables)
                                      : render_csv(tables.front()));
        }
        return ExitCode::success;
    }

private:
    [[nodiscard]] Result<projections::Selection> take_days() const {
        FISCUS_ASSIGN(const Days days, days_.take());
        if (revision_ && !days.single()) {
            return Error{ErrorCode::usage, "--revision is of a single day", "",
                         "Leave out --until, or --revision."};
        }
        return projections::Selection{.programme = ProgrammeId(0),
                                      .first_day = days.first,
                                      .last_day = days.last,
                                      .revision = revision_};
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

    // What a table for people says in its title and below it, and a saved file in each row.
    static std::vector<SharedCell> head_of(const projections::ProgrammeSummary& programme,
                                           const projections::Selection& selection,
                                           const projections::DayFigures& figures,
                                           Language language) {
        const bool chinese = language == Language::chinese;
        std::vector<SharedCell> head = programme_head(programme, figures.as_of, language);
        const SharedCell as_of = head.back();
        head.pop_back();
        const auto add = [&head](const char* name, const char* heading, ColumnKind kind,
                                 std::string cell) {
            head.push_back({{name, heading, kind}, std::move(cell)});
        };
        if (selection.first_day == selection.last_day) {
            add("day", chinese ? "统计日" : "Day", ColumnKind::text,
                date_text(selection.first_day));
        } else {
            add("first_day", chinese ? "起始日" : "First day", ColumnKind::text,
                date_text(selection.first_day));
            add("last_day", chinese ? "截止日" : "Last day", ColumnKind::text,
                date_text(selection.last_day));
        }
        add("revision", chinese ? "版本" : "Revision", ColumnKind::integer,
            figures.revision == 0 ? "" : fmt::format("{}", figures.revision));
        head.push_back(as_of);
        add("final", chinese ? "终版" : "Final", ColumnKind::boolean,
            figures.final ? "true" : "false");
        add("definitions_version", chinese ? "口径版本" : "Definitions version",
            ColumnKind::integer, fmt::format("{}", projections::definitions_version));
        add("grouping", chinese ? "分组" : "Grouping", ColumnKind::text,
            std::string(projections::info(selection.grouping).id));
        return head;
    }

    // Beside each ratio what it is made of, as in the topics.
    static Table with_ratio_parts(const Table& table,
                                  const std::vector<projections::FigureRow>& figures,
                                  Language language) {
        FISCUS_CHECK(table.rows.size() == figures.size(), "a row stands for one cell's figures");
        const bool chinese = language == Language::chinese;
        Table out;
        out.rows.resize(table.rows.size());
        for (std::size_t at = 0; at < table.columns.size(); ++at) {
            const Column& column = table.columns[at];
            out.columns.push_back(column);
            for (std::size_t row = 0; row < out.rows.size(); ++row) {
                out.rows[row].push_back(table.rows[row][at]);
            }
            const projections::Measure* const measure = projections::find_measure(column.name);
            if (measure == nullptr || measure->type != projections::MeasureType::ratio) {
                continue;
            }
            // Ratios are of amounts, but for those by count.
            const ColumnKind kind =
                column.name.ends_with("_count") ? ColumnKind::integer : ColumnKind::fen;
            const std::string unit =
                kind == ColumnKind::integer ? "" : (chinese ? "（元）" : " (yuan)");
            out.columns.push_back({column.name + "_numerator",
                                   column.heading + (chinese ? "·分子" : ", numerator") + unit,
                                   kind});
            out.columns.push_back({column.name + "_denominator",
                                   column.heading + (chinese ? "·分母" : ", denominator") + unit,
                                   kind});
            for (std::size_t row = 0; row < out.rows.size(); ++row) {
                const projections::Ratio ratio = measure->ratio(figures[row].figures);
                out.rows[row].push_back(fmt::format("{}", ratio.numerator));
                out.rows[row].push_back(fmt::format("{}", ratio.denominator));
            }
        }
        return out;
    }

    void print(Console& console,
               const projections::Table& figures,
               const Table& table,
               Language language) const {
        console.print(fmt::format("{}\n", title_of(figures, language)));
        reading_.print(console, shown(table));
        for (const std::string& note : notes_of(figures, language)) {
            console.note(note);
        }
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

    DayRange days_;
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

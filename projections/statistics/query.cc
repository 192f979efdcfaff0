#include "projections/statistics/query.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "engine/base/time.h"
#include "projections/statistics/cut.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/range.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

// A read-only fold makes no rows.
class ReadOnlySink final : public RowSink {
public:
    Status take(const RowBuffer&) override { return Done{}; }
};

bool is_number(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Directories of partitions, by number.
Result<std::vector<std::string>> partition_directories(const std::string& directory) {
    std::error_code failure;
    std::filesystem::directory_iterator entries(directory, failure);
    if (failure) {
        return Error{.code = ErrorCode::not_found,
                     .what = "there are no statistics in " + directory,
                     .why = failure.message(),
                     .hint = "run the statistics first, or give their directory"};
    }
    std::vector<std::string> names;
    for (const std::filesystem::directory_entry& entry : entries) {
        const std::string name = entry.path().filename().string();
        if (entry.is_directory(failure) && is_number(name)) {
            names.push_back(name);
        }
    }
    if (names.empty()) {
        return Error{.code = ErrorCode::not_found,
                     .what = "there are no statistics in " + directory,
                     .why = "it holds no partition",
                     .hint = "run the statistics first, or give their directory"};
    }
    std::ranges::sort(names, [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    for (std::string& name : names) {
        name = directory + "/" + name;
    }
    return names;
}

Error no_such_revision(std::int32_t day, const std::string& wanted, std::uint32_t latest) {
    return {.code = ErrorCode::not_found,
            .what = date_text(day) + " has no revision " + wanted,
            .why = latest == 0 ? "the day was not cut yet"
                               : "its latest revision is " + std::to_string(latest),
            .hint = "leave the revision out to see the latest figures"};
}

}  // namespace

Query::Query() = default;
Query::Query(std::vector<Fold*> folds) : folds_(std::move(folds)) {}
Query::~Query() = default;

Result<std::unique_ptr<Query>> Query::open(const std::string& directory) {
    FISCUS_ASSIGN(const std::vector<std::string> partitions, partition_directories(directory));
    auto query = std::make_unique<Query>();
    query->sink_ = std::make_unique<ReadOnlySink>();
    for (std::size_t partition = 0; partition < partitions.size(); ++partition) {
        FISCUS_ASSIGN(auto store, Store::open(partitions[partition], {.read_only = true}));
        FISCUS_ASSIGN(auto fold,
                      Fold::open(*store, *query->sink_, static_cast<std::uint32_t>(partition)));
        query->folds_.push_back(fold.get());
        query->stores_.push_back(std::move(store));
        query->owned_.push_back(std::move(fold));
    }
    return query;
}

std::vector<ProgrammeSummary> Query::programmes() const {
    std::vector<ProgrammeSummary> result;
    for (const Fold* fold : folds_) {
        for (const auto& [id, programme] : fold->programmes()) {
            result.push_back({.programme = ProgrammeId(id),
                              .name = programme->reference.name,
                              .authority = programme->reference.authority,
                              .first_day = programme->first_day(),
                              .last_cut_day = programme->last_cut_day,
                              .closed = programme->closed});
        }
    }
    std::ranges::sort(result, {}, &ProgrammeSummary::programme);
    return result;
}

Result<Fold*> Query::fold_of(ProgrammeId programme) const {
    for (Fold* fold : folds_) {
        if (fold->find(programme.value()) != nullptr) {
            return fold;
        }
    }
    return Error{.code = ErrorCode::not_found,
                 .what = "there is no programme " + std::to_string(programme.value()),
                 .why = "the statistics have not met it in the journal",
                 .hint = "look at the programmes that they know"};
}

Result<std::uint64_t> Query::as_of(ProgrammeId programme) const {
    FISCUS_ASSIGN(const Fold* const fold, fold_of(programme));
    return fold->last_sequence();
}

Result<std::vector<DayRevision>> Query::revisions(ProgrammeId programme,
                                                  std::optional<std::int32_t> only_day) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    std::vector<DayRevision> result;
    StateKey prefix(table::revisions);
    prefix.u32(programme.value());
    if (only_day) {
        prefix.day(*only_day);
    }
    FISCUS_TRY(
        fold->store().scan(prefix, [&](std::string_view key, std::string_view value) -> Status {
            KeyReader place(key);
            place.u32();
            DayRevision line;
            line.day = place.day();
            line.revision = place.u32();
            CutRecord record;
            if (!place.finished() || !parse_cut(value, record)) {
                return damaged_state("revision of a day");
            }
            line.as_of = record.as_of;
            line.cut_at_us = record.cut_at_us;
            line.final = record.final;
            line.late_entries = record.late_entries();
            line.late_sequences = record.late_sequences;
            line.changed_cells = record.changed_cells;
            line.why_english = why_english(record, line.revision);
            line.why_chinese = why_chinese(record, line.revision);
            result.push_back(std::move(line));
            return Done{};
        }));
    return result;
}

Result<DayFigures> Query::figures(const Selection& selection) {
    FISCUS_ASSIGN(Fold* const fold, fold_of(selection.programme));
    ProgrammeState& programme = *fold->find(selection.programme.value());
    const bool single = selection.first_day == selection.last_day;
    const std::uint32_t latest = single ? programme.latest_revision(selection.first_day) : 0;
    const std::uint32_t wanted = selection.revision.value_or(latest);
    DayFigures result;
    if (single && wanted != 0) {
        FISCUS_ASSIGN(const std::vector<DayRevision> known,
                      revisions(selection.programme, selection.first_day));
        const auto revision = std::ranges::find(known, wanted, &DayRevision::revision);
        if (revision == known.end()) {
            return no_such_revision(selection.first_day, std::to_string(wanted), latest);
        }
        result.revision = wanted;
        result.as_of = revision->as_of;
        result.final = revision->final;
        FISCUS_ASSIGN(
            const std::vector<CellFigures> stored,
            load_figures(fold->store(),
                         figures_of_day(selection.programme.value(), selection.first_day, wanted),
                         selection.grouping));
        for (const CellFigures& cell : stored) {
            result.rows.push_back({.key = cell.key, .figures = cell.figures});
        }
        return result;
    }
    result.as_of = fold->last_sequence();
    FISCUS_ASSIGN(const auto now, figures_now(fold->store(), programme, selection.first_day,
                                              selection.last_day, selection.grouping));
    for (const auto& [key, figures] : now) {
        result.rows.push_back({.key = key, .figures = figures});
    }
    return result;
}

}  // namespace fiscus::projections

#include "projections/statistics/programme_state.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "engine/base/hash.h"
#include "projections/statistics/flags.h"
#include "projections/statistics/late.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

Result<DayCells*> ProgrammeState::open_day(std::int32_t day) {
    if (day == last_day_) [[likely]] {
        return last_cells_;
    }
    OpenDay& open = open_[day];
    open.last_use = ++uses_;
    if (open.cells == nullptr) {
        open.cells = std::make_unique<DayCells>();
        FISCUS_TRY(open.cells->load(*store_, programme_, day, directory, std::nullopt));
    }
    last_day_ = day;
    last_cells_ = open.cells.get();
    return last_cells_;
}

Result<DayCells*> ProgrammeState::find_open_day(std::int32_t day) {
    return open_.contains(day) ? open_day(day) : Result<DayCells*>(nullptr);
}

void ProgrammeState::close_day(std::int32_t day) {
    open_.erase(day);
    last_day_ = INT32_MIN;
}

std::vector<std::int32_t> ProgrammeState::open_days() const {
    std::vector<std::int32_t> days;
    for (const auto& [day, open] : open_) {
        days.push_back(day);
    }
    return days;
}

std::size_t ProgrammeState::memory() const {
    std::size_t bytes = totals.size() * sizeof(CellTotal) + directory.size() * 64;
    for (const auto& [day, open] : open_) {
        bytes += open.cells == nullptr ? 0 : open.cells->memory();
    }
    return bytes;
}

void ProgrammeState::trim(std::size_t memory_max) {
    while (memory() > memory_max) {
        OpenDay* oldest = nullptr;
        std::size_t loaded = 0;
        for (auto& [day, open] : open_) {
            if (open.cells == nullptr) {
                continue;
            }
            ++loaded;
            const bool older = oldest == nullptr || open.last_use < oldest->last_use;
            if (older && !open.cells->dirty()) {
                oldest = &open;
            }
        }
        if (loaded <= 1 || oldest == nullptr) {
            return;
        }
        oldest->cells.reset();
        last_day_ = INT32_MIN;
    }
}

CellTotal& ProgrammeState::total(CellNumber cell) {
    if (cell >= totals.size()) {
        totals.resize(directory.size());
    }
    return totals[cell];
}

const std::vector<CellNumber>& ProgrammeState::cells_by_key() {
    if (cells_by_key_.size() != directory.size()) {
        cells_by_key_.resize(directory.size());
        std::iota(cells_by_key_.begin(), cells_by_key_.end(), 0U);
        std::ranges::sort(cells_by_key_, {},
                          [this](CellNumber cell) { return directory.key(cell); });
    }
    return cells_by_key_;
}

std::uint32_t ProgrammeState::latest_revision(std::int32_t day) const {
    const auto at = revisions.find(day);
    return at == revisions.end() ? 0 : at->second;
}

Status ProgrammeState::load() {
    FISCUS_TRY(load_references());
    FISCUS_TRY(load_head());
    FISCUS_TRY(load_totals());
    FISCUS_TRY(load_open_days());
    FISCUS_TRY(load_late());
    FISCUS_TRY(load_revisions());
    FISCUS_TRY(load_small_tables());
    return reconciliation.load(*store_, programme_);
}

Status ProgrammeState::load_references() {
    return store_->scan(StateKey(table::references).u32(programme_),
                        [this](std::string_view key, std::string_view value) -> Status {
                            KeyReader place(key);
                            place.u32();
                            const auto kind = static_cast<wire::EventBody>(place.u8());
                            FISCUS_ASSIGN(const OpenedEvent event,
                                          open_event(as_byte_span(value), kind));
                            reference.learn(event.event());
                            return Done{};
                        });
}

Status ProgrammeState::load_head() {
    FISCUS_ASSIGN(const std::optional<std::string> head,
                  store_->get(StateKey(table::programmes).u32(programme_)));
    if (!head) {
        return damaged_state("programme without a head");
    }
    Reader reader(*head);
    last_cut_day = static_cast<std::int32_t>(reader.signed_varint());
    closed = reader.varint() != 0;
    lifetime = parse_sums(reader);
    return reader.finished() ? Status(Done{}) : damaged_state("head of a programme");
}

Status ProgrammeState::load_totals() {
    return store_->scan(StateKey(table::totals).u32(programme_),
                        [this](std::string_view key, std::string_view value) -> Status {
                            KeyReader place(key);
                            place.u32();
                            const std::optional<CellKey> cell = read_cell_key(place);
                            Reader reader(value);
                            CellTotal loaded;
                            loaded.days = reader.varint32();
                            loaded.sums = parse_sums(reader);
                            if (!cell || !place.finished() || !reader.finished()) {
                                return damaged_state("total of a cell");
                            }
                            total(directory.number(*cell)) = loaded;
                            return Done{};
                        });
}

// Finds the days without reading their cells: those before the first day and after the last cut.
Status ProgrammeState::load_open_days() {
    const std::string prefix = StateKey(table::day_cells).u32(programme_).bytes();
    for (std::int32_t day = day_before();;) {
        FISCUS_ASSIGN(
            const std::optional<std::string> key,
            store_->first_key(prefix, StateKey(table::day_cells).u32(programme_).day(day)));
        if (!key) {
            return Done{};
        }
        KeyReader place(*key);
        place.u32();
        day = place.day();
        if (!is_cut(day)) {
            open_[day];
            ++day;
        } else {
            day = last_cut_day + 1;
        }
    }
}

Status ProgrammeState::load_late() {
    return store_->scan(StateKey(table::late_entries).u32(programme_),
                        [this](std::string_view key, std::string_view value) -> Status {
                            KeyReader place(key);
                            place.u32();
                            const std::int32_t day = place.day();
                            wire::Entry entry;
                            if (!parse_entry(value, entry)) {
                                return damaged_state("late entry");
                            }
                            count_late(late[day], entry);
                            return Done{};
                        });
}

Status ProgrammeState::load_revisions() {
    return store_->scan(StateKey(table::revisions).u32(programme_),
                        [this](std::string_view key, std::string_view) -> Status {
                            KeyReader place(key);
                            place.u32();
                            const std::int32_t day = place.day();
                            revisions[day] = place.u32();
                            return Done{};
                        });
}

Status ProgrammeState::load_small_tables() {
    FISCUS_TRY(store_->scan(StateKey(table::fund_days).u32(programme_),
                            [this](std::string_view key, std::string_view value) -> Status {
                                KeyReader place(key);
                                place.u32();
                                const std::int32_t day = place.day();
                                return fund.parse(day, place.u32(), value)
                                           ? Status(Done{})
                                           : damaged_state("day of the fund ledger");
                            }));
    FISCUS_TRY(store_->scan(StateKey(table::sources).u32(programme_),
                            [this](std::string_view key, std::string_view value) -> Status {
                                KeyReader place(key);
                                place.u32();
                                return sources.parse(place.u16(), value) ? Status(Done{})
                                                                         : damaged_state("source");
                            }));
    return store_->scan(StateKey(table::refusals).u32(programme_),
                        [this](std::string_view key, std::string_view value) -> Status {
                            KeyReader place(key);
                            place.u32();
                            const std::int32_t day = place.day();
                            Reader reader(value);
                            refusals[day][place.u16()] = reader.varint();
                            return reader.finished() ? Status(Done{})
                                                     : damaged_state("count of refusals");
                        });
}

void ProgrammeState::save(Store& store) {
    std::string value;
    put_signed(value, last_cut_day);
    put_varint(value, closed ? 1 : 0);
    append_sums(value, lifetime);
    store.put(StateKey(table::programmes).u32(programme_), value);
    for (const CellNumber cell : dirty_totals) {
        value.clear();
        put_varint(value, totals[cell].days);
        append_sums(value, totals[cell].sums);
        StateKey key(table::totals);
        key.u32(programme_);
        append_cell_key(key, directory.key(cell));
        store.put(key, value);
    }
    dirty_totals.clear();
    for (const auto& [day, reason] : dirty_refusals) {
        value.clear();
        put_varint(value, refusals[day][reason]);
        store.put(StateKey(table::refusals).u32(programme_).day(day).u16(reason), value);
    }
    dirty_refusals.clear();
    for (auto& [day, open] : open_) {
        if (open.cells != nullptr && open.cells->dirty()) {
            open.cells->save(store, programme_, day, directory);
        }
    }
    fund.save(store, programme_);
    sources.save(store, programme_);
    reconciliation.save(store, programme_);
}

}  // namespace fiscus::projections

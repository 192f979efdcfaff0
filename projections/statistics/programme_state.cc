#include "projections/statistics/programme_state.h"

#include <string>
#include <utility>

#include "engine/base/hash.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

std::string encode(const LateDay& late) {
    std::string value;
    put_varint(value, late.accepted);
    put_varint(value, late.refused);
    put_varint(value, late.gap_fills);
    append_ranges(value, late.sequences);
    return value;
}

bool parse(std::string_view value, LateDay& late) {
    Reader reader(value);
    late.accepted = reader.varint();
    late.refused = reader.varint();
    late.gap_fills = reader.varint();
    read_ranges(reader, late.sequences);
    return reader.finished();
}

const DayFacts* find_in(const std::map<std::int32_t, DayFacts>& days, std::int32_t day) {
    const auto at = days.find(day);
    return at == days.end() ? nullptr : &at->second;
}

}  // namespace

DayFacts& ProgrammeState::look_up_open_day(std::int32_t day) {
    last_facts_ = &open_.try_emplace(day, table::day_facts, programme_, day).first->second;
    last_day_ = day;
    return *last_facts_;
}

const DayFacts* ProgrammeState::find_open_day(std::int32_t day) const {
    return find_in(open_, day);
}

void ProgrammeState::close_day(std::int32_t day, Store& store) {
    const auto at = open_.find(day);
    if (at != open_.end()) {
        note_batches(day, at->second);
        at->second.save(store);
        open_.erase(at);
    }
    last_day_ = INT32_MIN;
}

std::vector<std::int32_t> ProgrammeState::open_days() const {
    std::vector<std::int32_t> days;
    for (const auto& [day, facts] : open_) {
        days.push_back(day);
    }
    return days;
}

DayFacts& ProgrammeState::late_facts(std::int32_t day) {
    return late_.try_emplace(day, table::late_facts, programme_, day).first->second;
}

const DayFacts* ProgrammeState::find_late_facts(std::int32_t day) const {
    return find_in(late_, day);
}

void ProgrammeState::erase_late_facts(std::int32_t day, Store& store) {
    const auto at = late_.find(day);
    note_batches(day, at->second);
    at->second.erase(store);
    late_.erase(at);
}

void ProgrammeState::note_batches(std::int32_t day, const DayFacts& facts) {
    facts.for_each_batch([this, day](std::uint32_t batch, std::uint64_t bytes) {
        batches.note_facts(day, batch, bytes);
    });
}

std::uint64_t ProgrammeState::fact_bytes_of(std::uint32_t batch) const {
    std::uint64_t bytes = batches.find(batch).fact_bytes;
    for (const auto& [day, facts] : late_) {
        bytes += facts.bytes_of(batch);
    }
    const DayFacts* const before = find_open_day(day_before());
    return bytes + (before == nullptr ? 0 : before->bytes_of(batch));
}

Result<const CellTotals*> ProgrammeState::totals_of_day_before(DayCounter& counter) {
    const DayFacts* const facts = find_open_day(day_before());
    if (facts != nullptr && facts->bytes() != day_before_bytes_) {
        FISCUS_ASSIGN(const DayValues values, counter.sum([this, facts](const VisitFacts& visit) {
            return facts->visit(*store_, visit);
        }));
        day_before_ = {};
        day_before_.add(values);
        day_before_bytes_ = facts->bytes();
    }
    return &day_before_;
}

std::size_t ProgrammeState::memory() const {
    std::size_t bytes = totals.memory() + day_before_.memory();
    for (const auto* days : {&open_, &late_}) {
        for (const auto& [day, facts] : *days) {
            bytes += sizeof(facts) + facts.memory();
        }
    }
    return bytes;
}

void ProgrammeState::trim(std::size_t memory_max) {
    std::size_t bytes = memory();
    for (auto* days : {&late_, &open_}) {
        for (auto& [day, facts] : *days) {
            if (bytes <= memory_max) {
                return;
            }
            bytes -= facts.memory();
            facts.release();
            bytes += facts.memory();
        }
    }
}

std::uint32_t ProgrammeState::latest_revision(std::int32_t day) const {
    const auto at = revisions.find(day);
    return at == revisions.end() ? 0 : at->second;
}

BatchSummary ProgrammeState::latest_summary(std::uint32_t batch) const {
    const auto at = summaries_.find(batch);
    return at == summaries_.end() ? BatchSummary{} : at->second;
}

void ProgrammeState::keep_summary(Store& store, std::uint32_t batch, const BatchSummary& summary) {
    store.put(StateKey(table::batch_summaries).u32(programme_).u32(batch).u32(summary.revision),
              encode(summary));
    summaries_[batch] = summary;
}

Status ProgrammeState::load() {
    FISCUS_TRY(load_references());
    FISCUS_TRY(load_head());
    FISCUS_TRY(totals.load(*store_, programme_));
    FISCUS_TRY(load_open_days());
    FISCUS_TRY(load_late());
    FISCUS_TRY(load_late_facts());
    FISCUS_TRY(load_revisions());
    FISCUS_TRY(load_batches());
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

// Those before the first day and after the last cut.
Status ProgrammeState::load_open_days() {
    const std::string prefix = StateKey(table::day_facts).u32(programme_).bytes();
    for (std::int32_t day = day_before();;) {
        FISCUS_ASSIGN(
            const std::optional<std::string> key,
            store_->first_key(prefix, StateKey(table::day_facts).u32(programme_).day(day)));
        if (!key) {
            return Done{};
        }
        KeyReader place(*key);
        place.u32();
        day = place.day();
        if (!is_cut(day)) {
            FISCUS_TRY(open_day(day).load(*store_));
            ++day;
        } else {
            day = last_cut_day + 1;
        }
    }
}

Status ProgrammeState::load_late_facts() {
    const std::string prefix = StateKey(table::late_facts).u32(programme_).bytes();
    for (std::int32_t day = first_day();; ++day) {
        FISCUS_ASSIGN(
            const std::optional<std::string> key,
            store_->first_key(prefix, StateKey(table::late_facts).u32(programme_).day(day)));
        if (!key) {
            return Done{};
        }
        KeyReader place(*key);
        place.u32();
        day = place.day();
        FISCUS_TRY(late_facts(day).load(*store_));
    }
}

Status ProgrammeState::load_late() {
    return store_->scan(StateKey(table::late_days).u32(programme_),
                        [this](std::string_view key, std::string_view value) -> Status {
                            KeyReader place(key);
                            place.u32();
                            return parse(value, late[place.day()]) ? Status(Done{})
                                                                   : damaged_state("late entries");
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

Status ProgrammeState::load_batches() {
    FISCUS_TRY(store_->scan(StateKey(table::batch_lives).u32(programme_),
                            [this](std::string_view key, std::string_view value) -> Status {
                                KeyReader place(key);
                                place.u32();
                                return batches.parse(place.u32(), value)
                                           ? Status(Done{})
                                           : damaged_state("life of a batch");
                            }));
    return store_->scan(StateKey(table::batch_summaries).u32(programme_),
                        [this](std::string_view key, std::string_view value) -> Status {
                            KeyReader place(key);
                            place.u32();
                            BatchSummary& summary = summaries_[place.u32()];
                            summary.revision = place.u32();
                            return parse_summary(value, summary)
                                       ? Status(Done{})
                                       : damaged_state("summary of a batch");
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
    FISCUS_TRY(store_->scan(StateKey(table::prize_days).u32(programme_),
                            [this](std::string_view key, std::string_view value) -> Status {
                                KeyReader place(key);
                                place.u32();
                                const std::int32_t day = place.day();
                                const std::uint32_t batch = place.u32();
                                return prizes.parse(day, {.batch = batch, .tier = place.u16()},
                                                    value)
                                           ? Status(Done{})
                                           : damaged_state("prizes of a day");
                            }));
    FISCUS_TRY(store_->scan(StateKey(table::draw_hours).u32(programme_),
                            [this](std::string_view key, std::string_view value) -> Status {
                                KeyReader place(key);
                                place.u32();
                                const std::int32_t day = place.day();
                                const std::uint16_t platform = place.u16();
                                return draws.parse(day, {.platform = platform, .hour = place.u8()},
                                                   value)
                                           ? Status(Done{})
                                           : damaged_state("draws of an hour");
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
    totals.save(store, programme_);
    for (const auto& [day, reason] : dirty_refusals) {
        value.clear();
        put_varint(value, refusals[day][reason]);
        store.put(StateKey(table::refusals).u32(programme_).day(day).u16(reason), value);
    }
    dirty_refusals.clear();
    for (auto* days : {&open_, &late_}) {
        for (auto& [day, facts] : *days) {
            facts.save(store);
        }
    }
    for (auto& [day, arrivals] : late) {
        if (std::exchange(arrivals.dirty, false)) {
            store.put(StateKey(table::late_days).u32(programme_).day(day), encode(arrivals));
        }
    }
    fund.save(store, programme_);
    prizes.save(store, programme_);
    draws.save(store, programme_);
    batches.save(store, programme_);
    sources.save(store, programme_);
    reconciliation.save(store, programme_);
}

}  // namespace fiscus::projections

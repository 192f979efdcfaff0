#include "projections/statistics/batch_life.h"

#include <array>
#include <string>

#include "engine/base/check.h"
#include "projections/entry.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

constexpr std::array<BatchEndInfo, 4> end_table{{
    {BatchEnd::window_over, "window_over", "the last day on which its vouchers could be redeemed",
     "核销期届满"},
    {BatchEnd::closed, "closed", "closed by the authority", "主管部门关闭"},
    {BatchEnd::drawn, "drawn", "its draw was executed", "已开奖"},
    {BatchEnd::draw_aborted, "draw_aborted", "its draw was given up", "抽奖中止"},
}};

BatchEnd end_by(wire::EventBody kind) {
    switch (kind) {
        case wire::EventBody::BatchClosed: return BatchEnd::closed;
        case wire::EventBody::DrawExecuted: return BatchEnd::drawn;
        case wire::EventBody::DrawAborted: return BatchEnd::draw_aborted;
        default: return BatchEnd::none;
    }
}

}  // namespace

std::span<const BatchEndInfo> batch_ends() { return end_table; }

const BatchEndInfo& info(BatchEnd end) {
    const auto at = std::ranges::find(end_table, end, &BatchEndInfo::end);
    FISCUS_CHECK(at != end_table.end(), "a batch that ended has ended somehow");
    return *at;
}

BatchLife& BatchLives::change(std::uint32_t batch) {
    dirty_.insert(batch);
    return lives_[batch];
}

// Of two ends on one day the first in the ledger's order counts.
void BatchLives::note_end(std::int32_t day, const wire::Entry& entry) {
    const BatchEnd end = end_by(kind_of(entry));
    if (end == BatchEnd::none) {
        return;
    }
    const Ending known = find(entry.batch()).ending;
    if (known.how == BatchEnd::none || day < known.day) {
        change(entry.batch()).ending = {.day = day, .how = end};
    }
}

void BatchLives::note_facts(std::int32_t day, std::uint32_t batch, std::uint64_t bytes) {
    BatchLife& life = change(batch);
    life.first_day = std::min(life.first_day, day);
    life.last_day = std::max(life.last_day, day);
    life.fact_bytes += bytes;
}

void BatchLives::note_counted(std::uint32_t batch, std::uint64_t bytes) {
    change(batch).counted_bytes = bytes;
}

BatchLife BatchLives::find(std::uint32_t batch) const {
    const auto at = lives_.find(batch);
    return at == lives_.end() ? BatchLife{} : at->second;
}

std::optional<Ending> BatchLives::ending(const Reference& reference, std::uint32_t batch) const {
    Ending ending = find(batch).ending;
    const auto names = reference.batches.find(batch);
    if (names != reference.batches.end() && names->second.last_day) {
        const std::int32_t last = std::max(*names->second.last_day, reference.first_day - 1);
        // A day's window is over when the day is, after whatever happened on it.
        if (ending.how == BatchEnd::none || last < ending.day) {
            ending = {.day = last, .how = BatchEnd::window_over};
        }
    }
    return ending.how == BatchEnd::none ? std::nullopt : std::optional(ending);
}

bool BatchLives::parse(std::uint32_t batch, std::string_view value) {
    Reader reader(value);
    BatchLife& life = lives_[batch];
    life.first_day = static_cast<std::int32_t>(reader.signed_varint());
    life.last_day = static_cast<std::int32_t>(reader.signed_varint());
    life.fact_bytes = reader.varint();
    life.counted_bytes = reader.varint();
    life.ending.day = static_cast<std::int32_t>(reader.signed_varint());
    const std::uint64_t how = reader.varint();
    life.ending.how = static_cast<BatchEnd>(how);
    return reader.finished() && how <= end_table.size();
}

void BatchLives::save(Store& store, std::uint32_t programme) {
    for (const std::uint32_t batch : dirty_) {
        const BatchLife& life = lives_[batch];
        std::string value;
        put_signed(value, life.first_day);
        put_signed(value, life.last_day);
        put_varint(value, life.fact_bytes);
        put_varint(value, life.counted_bytes);
        put_signed(value, life.ending.day);
        put_varint(value, static_cast<std::uint64_t>(life.ending.how));
        store.put(StateKey(table::batch_lives).u32(programme).u32(batch), value);
    }
    dirty_.clear();
}

}  // namespace fiscus::projections

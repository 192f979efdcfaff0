#include "bench/micro/corpus.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/state/store.h"

namespace fiscus::bench {

Corpus::Corpus() {
    generate();
    apply();
}

void Corpus::generate() {
    load::StandardLoad load({.events = records_in_all});
    for (auto batch = std::make_unique<load::LoadBatch>(); load.next(*batch);
         batch = std::make_unique<load::LoadBatch>()) {
        for (const log::NewRecord& record : batch->records()) {
            records_.push_back({.offset = static_cast<std::int64_t>(records_.size()),
                                .timestamp_us = record.timestamp_us,
                                .key = record.key,
                                .value = record.value,
                                .key_is_null = record.key_is_null,
                                .value_is_null = record.value_is_null});
            value_bytes_ += record.value.size();
        }
        batches_.push_back(std::move(batch));
    }
    expected_ = load.expected();
}

void Corpus::apply() {
    CoreRun run;
    journal::Entries out;
    const std::span<const log::Record> all(records_);
    for (std::size_t first = 0; first < all.size(); first += turn_records_max) {
        const auto records = all.subspan(first, std::min(turn_records_max, all.size() - first));
        out.clear();
        FISCUS_CHECK(run.core->turn(records, out).ok(), "a state in memory does not fail");
        run.count(out);
        if (first <= all.size() / 2) {
            turn_ = out;
        }
    }
    run.check(expected_);
}

CoreRun::CoreRun() {
    auto opened = state::State::open(state::make_memory_store(), state::StateOptions{});
    FISCUS_CHECK(opened.ok(), "a state in memory opens");
    state = std::move(opened).value();
    core = std::make_unique<runtime::Core>(decode::Shard{}, *state);
}

void CoreRun::count(const journal::Entries& out) {
    for (const wire::Entry& entry : out.entries) {
        switch (static_cast<wire::Outcome>(entry.outcome())) {
            case wire::Outcome::accepted: ++accepted; break;
            case wire::Outcome::duplicate: ++duplicates; break;
            case wire::Outcome::refused: ++refused; break;
            case wire::Outcome::quarantined: ++quarantined; break;
            case wire::Outcome::none: FISCUS_CHECK(false, "every entry has an outcome");
        }
    }
}

void CoreRun::check(const load::Expected& expected) const {
    FISCUS_CHECK(accepted == expected.accepted && duplicates == expected.duplicates &&
                     refused == expected.refused && quarantined == expected.quarantined,
                 "the core answers the load as the load expects");
    std::int64_t sum_fen = 0;
    std::int64_t paid_fen = 0;
    state->accounts.for_each([&](const state::Key& key, const state::AccountRecord& record) {
        sum_fen += record.fen;
        if (key.id.hi == static_cast<std::uint64_t>(wire::AccountKind::paid)) {
            paid_fen += record.fen;
        }
    });
    FISCUS_CHECK(sum_fen == 0, "no fen appears or disappears");
    FISCUS_CHECK(paid_fen == expected.paid_fen, "what was paid is what the load expects");
}

}  // namespace fiscus::bench

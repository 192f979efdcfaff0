#include "projections/statistics/day_facts.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace fiscus::projections {

namespace {

// Chunks are equal whenever they are saved, so their size is part of the layout.
constexpr std::size_t chunk_bytes = 16U << 10;

Error lacks_facts() { return damaged_state("a day lacks facts"); }

}  // namespace

StateKey DayFacts::key(std::uint32_t batch, std::size_t chunk) const {
    return StateKey(table_)
        .u32(programme_)
        .day(day_)
        .u32(batch)
        .u32(static_cast<std::uint32_t>(chunk));
}

DayFacts::Chunks& DayFacts::chunks_of(std::uint32_t batch) {
    if (last_ == nullptr || batch != last_batch_) {
        last_ = &batches_[batch];
        last_batch_ = batch;
    }
    return *last_;
}

void DayFacts::add(const Fact& fact) {
    Chunks& chunks = chunks_of(fact.value(Dimension::batch));
    if (chunks.all.empty() || chunks.all.back().size() >= chunk_bytes) {
        chunks.all.emplace_back();
    }
    std::string& chunk = chunks.all.back();
    const std::size_t before = chunk.capacity();
    const std::size_t size = append_fact(chunk, fact);
    memory_ += chunk.capacity() - before;
    chunks.bytes += size;
    bytes_ += size;
    chunks.dirty = dirty_ = true;
}

std::uint64_t DayFacts::bytes_of(std::uint32_t batch) const {
    const auto at = batches_.find(batch);
    return at == batches_.end() ? 0 : at->second.bytes;
}

Status DayFacts::visit(const Store& store, const VisitFacts& visit) const {
    for (const auto& [batch, chunks] : batches_) {
        FISCUS_TRY(visit_chunks(store, batch, chunks, visit));
    }
    return Done{};
}

Status DayFacts::visit_batch(const Store& store,
                             std::uint32_t batch,
                             const VisitFacts& visit) const {
    const auto at = batches_.find(batch);
    return at == batches_.end() ? Status(Done{}) : visit_chunks(store, batch, at->second, visit);
}

Status DayFacts::visit_chunks(const Store& store,
                              std::uint32_t batch,
                              const Chunks& chunks,
                              const VisitFacts& visit) const {
    std::vector<Fact> facts;
    for (std::size_t chunk = 0; chunk < chunks.all.size(); ++chunk) {
        facts.clear();
        if (chunk >= chunks.released) {
            FISCUS_TRY(read_facts(chunks.all[chunk], batch, facts));
        } else {
            FISCUS_ASSIGN(const std::optional<std::string> stored, store.get(key(batch, chunk)));
            if (!stored) {
                return lacks_facts();
            }
            FISCUS_TRY(read_facts(*stored, batch, facts));
        }
        FISCUS_TRY(visit(facts));
    }
    return Done{};
}

Status DayFacts::visit_stored(const Store& store,
                              char table,
                              std::uint32_t programme,
                              std::int32_t day,
                              std::uint32_t batch,
                              const VisitFacts& visit) {
    std::vector<Fact> facts;
    return store.scan(StateKey(table).u32(programme).day(day).u32(batch),
                      [&](std::string_view, std::string_view value) -> Status {
                          facts.clear();
                          FISCUS_TRY(read_facts(value, batch, facts));
                          return visit(facts);
                      });
}

Status DayFacts::load(const Store& store) {
    FISCUS_TRY(store.scan(StateKey(table_).u32(programme_).day(day_),
                          [&](std::string_view key, std::string_view value) -> Status {
                              KeyReader place(key);
                              place.u32();
                              place.day();
                              Chunks& chunks = chunks_of(place.u32());
                              if (place.u32() != chunks.all.size() || !place.finished()) {
                                  return lacks_facts();
                              }
                              if (!chunks.all.empty()) {
                                  chunks.all.back() = std::string();
                              }
                              chunks.all.emplace_back(value);
                              chunks.bytes += value.size();
                              bytes_ += value.size();
                              return Done{};
                          }));
    for (auto& [batch, chunks] : batches_) {
        chunks.saved = chunks.released = chunks.all.size() - 1;
        memory_ += chunks.all.back().capacity();
    }
    return Done{};
}

void DayFacts::save(Store& store) {
    if (!dirty_) {
        return;
    }
    for (auto& [batch, chunks] : batches_) {
        if (!std::exchange(chunks.dirty, false)) {
            continue;
        }
        for (std::size_t chunk = chunks.saved; chunk < chunks.all.size(); ++chunk) {
            store.put(key(batch, chunk), chunks.all[chunk]);
        }
        chunks.saved = chunks.all.size() - 1;
    }
    dirty_ = false;
}

void DayFacts::erase(Store& store) const {
    for (const auto& [batch, chunks] : batches_) {
        const std::size_t stored = chunks.dirty ? chunks.saved + 1 : chunks.all.size();
        for (std::size_t chunk = 0; chunk < std::min(stored, chunks.all.size()); ++chunk) {
            store.erase(key(batch, chunk));
        }
    }
}

void DayFacts::release() {
    for (auto& [batch, chunks] : batches_) {
        for (; chunks.released < chunks.saved; ++chunks.released) {
            memory_ -= chunks.all[chunks.released].capacity();
            chunks.all[chunks.released] = std::string();
        }
    }
}

}  // namespace fiscus::projections

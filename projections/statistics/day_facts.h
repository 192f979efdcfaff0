// The facts of one day, those of each batch by themselves: a day is counted from all of them, the
// summary of a batch from its own (batch_summary.h). They are bytes in chunks of a fixed size, in
// memory as in the store, so the state depends on the journal only and a save puts nothing twice
// but the last chunk of a batch.
// Thread: one. Fails: corrupt on damaged records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/facts.h"
#include "projections/store/codec.h"
#include "projections/store/store.h"

namespace fiscus::projections {

// Facts in portions of one chunk, which are gone after the call.
using VisitFacts = std::function<Status(std::span<const Fact>)>;

class DayFacts {
public:
    // Of table::day_facts or table::late_facts.
    DayFacts(char table, std::uint32_t programme, std::int32_t day)
        : table_(table), programme_(programme), day_(day) {}
    DayFacts(DayFacts&&) = default;
    DayFacts& operator=(DayFacts&&) = default;

    void add(const Fact& fact);
    // All of them, batch after batch; those of a batch in the order of the journal.
    Status visit(const Store& store, const VisitFacts& visit) const;
    Status visit_batch(const Store& store, std::uint32_t batch, const VisitFacts& visit) const;
    // Of a day that lies in the store only.
    static Status visit_stored(const Store& store,
                               char table,
                               std::uint32_t programme,
                               std::int32_t day,
                               std::uint32_t batch,
                               const VisitFacts& visit);
    // Of all facts together. Facts are only ever added, so as many bytes are the same facts.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::uint64_t bytes_of(std::uint32_t batch) const;
    // visit(batch, bytes of its facts)
    template <typename Visit>
    void for_each_batch(Visit visit) const {
        for (const auto& [batch, chunks] : batches_) {
            visit(batch, chunks.bytes);
        }
    }

    // Finds what the store has; only the last chunk of each batch comes into memory.
    Status load(const Store& store);
    // Puts what was added since the last time.
    void save(Store& store);
    [[nodiscard]] bool dirty() const { return dirty_; }
    // Erases what was saved.
    void erase(Store& store) const;
    // What was saved leaves memory, but for the last chunks.
    void release();
    [[nodiscard]] std::size_t memory() const { return memory_; }

private:
    // Of one batch.
    struct Chunks {
        std::vector<std::string> all;  // an empty one lies in the store only
        std::size_t saved = 0;         // chunks before this one are complete and in the store
        std::size_t released = 0;      // chunks before this one are not in memory
        bool dirty = false;
        std::uint64_t bytes = 0;
    };

    [[nodiscard]] StateKey key(std::uint32_t batch, std::size_t chunk) const;
    Chunks& chunks_of(std::uint32_t batch);
    Status visit_chunks(const Store& store,
                        std::uint32_t batch,
                        const Chunks& chunks,
                        const VisitFacts& visit) const;

    char table_;
    std::uint32_t programme_;
    std::int32_t day_;
    std::map<std::uint32_t, Chunks> batches_;
    std::uint32_t last_batch_ = 0;
    Chunks* last_ = nullptr;  // those of last_batch_, which was asked for last
    bool dirty_ = false;
    std::uint64_t bytes_ = 0;
    std::size_t memory_ = 0;
};

}  // namespace fiscus::projections

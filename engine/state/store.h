// The port to durable key-value state: one ordered key space, one writer, atomic batches. Adapters:
// RocksDB (rocks_store.h) and memory (memory_store.h: oracle runs, replay in memory).
// Thread: write() may run in another thread while get_many() runs; no two writes at once. stalled()
// and compaction_debt_bytes() may be called from any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/state/key.h"
#include "engine/state/write_set.h"

namespace rocksdb {
class Env;
}

namespace fiscus::state {

class StateStore {
public:
    virtual ~StateStore() = default;

    // found(i, value) for each key that exists; keys are sorted and differ from each other.
    using Found = std::function<void(std::size_t index, Bytes value)>;
    virtual Status get_many(std::span<const EncodedKey> keys, const Found& found) = 0;

    // All records of a table in key order.
    using Visit = std::function<Status(const Key& key, Bytes value)>;
    virtual Status scan(TableId table, const Visit& visit) = 0;

    // Those of (group.table, group.programme, group.part) in key order.
    virtual Status scan_group(const Key& group, const Visit& visit) = 0;

    // The id of the last record of (table, programme, part) in key order; nothing when there is
    // none.
    virtual Result<std::optional<Id128>> last_id(TableId table,
                                                 std::uint32_t programme,
                                                 std::uint32_t part) = 0;

    // All of the set or nothing; durable on return. The set is sorted and not empty.
    virtual Status write(const WriteSet& set) = 0;
    // True while writes are delayed or stopped by the store itself.
    [[nodiscard]] virtual bool stalled() const = 0;
    // What the store still has to merge, as it estimates itself.
    [[nodiscard]] virtual std::uint64_t compaction_debt_bytes() const = 0;
};

// In memory, for tests and for replay that keeps nothing.
std::unique_ptr<StateStore> make_memory_store();

struct RocksOptions {
    std::uint64_t memory_bytes = 512ULL << 20;  // of the block cache
    bool read_only = false;
    rocksdb::Env* env = nullptr;  // whose files; nothing: the machine's
};

// A store of its own in `target`, which must not exist: with hard links to the files of the one in
// `directory`, whose lock is held meanwhile; `env` as in RocksOptions. Fails: fenced (a process
// uses it), state.
Status copy_rocks_store(const std::string& directory,
                        const std::string& target,
                        rocksdb::Env* env = nullptr);

// Fails: state (the directory is locked, damaged or cannot be written).
Result<std::unique_ptr<StateStore>> open_rocks_store(const std::string& directory,
                                                     const RocksOptions& options);

}  // namespace fiscus::state

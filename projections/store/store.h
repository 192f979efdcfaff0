// The statistics' own state: one RocksDB for a partition, one column family, WAL off, because the
// journal is the write-ahead log. What was put is seen by get() and scan() at once and reaches the
// disk with commit(), all of it or nothing. The only place in projections/ that includes RocksDB.
// Keys: one letter for the table, then big-endian numbers (codec.h); the tables are listed in
// docs/formats/statistics.md.
// Thread: one. Fails: state when the disk says no or another layout lies there, fenced when another
// process holds the directory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rocksdb {
class Env;
}

namespace fiscus::projections {

// Rises with every change of a key or a value below: an older state is refused and rebuilt.
inline constexpr std::uint32_t state_layout_version = 6;

struct StoreOptions {
    std::uint64_t memory_bytes = 64ULL << 20;  // block cache and memtables together
    bool read_only = false;
    rocksdb::Env* env = nullptr;  // whose files; nothing: the machine's
};

class Store {
public:
    static Result<std::unique_ptr<Store>> open(const std::string& directory,
                                               const StoreOptions& options);
    virtual ~Store() = default;

    virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;
    // Calls visit(key, value) in key order for every key with this prefix. What visit puts or
    // erases may or may not be visited.
    using Visit = std::function<Status(std::string_view key, std::string_view value)>;
    virtual Status scan(std::string_view prefix, const Visit& visit) const = 0;
    // The first key ≥ `from` that starts with `prefix`.
    virtual Result<std::optional<std::string>> first_key(std::string_view prefix,
                                                         std::string_view from) const = 0;
    virtual void put(std::string_view key, std::string_view value) = 0;
    virtual void erase(std::string_view key) = 0;
    // Bytes put and not committed.
    [[nodiscard]] virtual std::size_t waiting_bytes() const = 0;
    // Everything put since the last commit, in one atomic write.
    virtual Status commit() = 0;
    // What was committed survives a crash of the machine afterwards.
    virtual Status flush() = 0;
};

// "the state in DIR is damaged": for values that a table cannot read.
Error damaged_state(std::string_view what);

}  // namespace fiscus::projections

// A sorted write set as files of RocksDB's own table format, ready to be ingested together: no
// write-ahead log, no memtable and no flush lie between a fold and the disk. Where many new records
// lie above all that the store holds (vouchers and redemptions, whose keys are in order of time),
// they get a file of their own, which RocksDB puts at the lowest level and never has to merge; many
// changed records of one kind share none with others, so that kinds are merged apart.
// Thread: the store's writer. Fails: state (the disk).
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <rocksdb/options.h>
#include <tsl/robin_map.h>

#include "engine/state/store.h"

namespace fiscus::state {

class SortedFiles {
public:
    // Files are made in `directory`, which belongs to this object and is emptied first: what a
    // crash left there was not ingested, or is a second name of what was.
    SortedFiles(std::filesystem::path directory, const rocksdb::Options& options);

    // The newest id of a group (a key without id and sub), in the store before anything was
    // written here.
    using LastId = std::function<Result<std::optional<Id128>>(const Key& group)>;
    // Cuts the set into files whose ranges do not overlap; their paths.
    Result<std::vector<std::string>> write(const WriteSet& set, const LastId& last_id);

private:
    Status write_file(const WriteSet& set, const WriteSet::Range& items);
    Result<std::size_t> own_file_begin(const WriteSet& set,
                                       const WriteSet::Range& group,
                                       const LastId& last_id);
    Result<std::size_t> first_new(const WriteSet& set,
                                  const WriteSet::Range& group,
                                  const LastId& last_id);

    std::filesystem::path directory_;
    rocksdb::Options options_;
    std::error_code left_behind_;  // why the directory could not be emptied
    std::uint64_t next_number_ = 1;
    std::vector<std::string> paths_;
    // Highest id of each group of which many records were written at once.
    tsl::robin_map<Key, Id128, KeyHash> newest_;
};

}  // namespace fiscus::state

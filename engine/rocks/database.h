// What every store of ours wants of RocksDB 7.8, whatever else it sets: no log of RocksDB's own, no
// timer, and an opening that outlives a clock that goes back.
// Thread: any. Fails: RocksDB's status, which the store puts into words.
#pragma once

#include <memory>
#include <string>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

namespace fiscus::rocks {

// `env` of a simulation, or none.
rocksdb::Options options_for(bool read_only, rocksdb::Env* env);

rocksdb::Status open(const rocksdb::Options& options,
                     bool read_only,
                     const std::string& directory,
                     std::unique_ptr<rocksdb::DB>& db);

}  // namespace fiscus::rocks

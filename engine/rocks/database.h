// What every store of ours wants of RocksDB 7.8, whatever else it sets: no log of RocksDB's own, no
// timer, and an opening that outlives a clock that goes back.
// Thread: any. Fails: RocksDB's status, for which error_of() has words.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include "engine/base/result.h"

namespace fiscus::rocks {

// `env` of a simulation, or none.
rocksdb::Options options_for(bool read_only, rocksdb::Env* env);

rocksdb::Status open(const rocksdb::Options& options,
                     bool read_only,
                     const std::string& directory,
                     std::unique_ptr<rocksdb::DB>& db);

// `what` befell the directory; what to do when another process has it, and when it may be deleted.
struct Advice {
    std::string_view when_locked;
    std::string_view else_do;
};
Error error_of(const rocksdb::Status& status,
               std::string_view what,
               const std::string& directory,
               const Advice& advice);

}  // namespace fiscus::rocks

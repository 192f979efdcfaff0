#include "engine/rocks/database.h"

#include <cstdarg>
#include <utility>

#include <rocksdb/env.h>

namespace fiscus::rocks {
namespace {

// RocksDB's own log: its file cannot be written any further once a disk was full, and then the
// library ends the process (an assertion). What matters comes back as errors and properties.
class SilentLogger final : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;
    void Logv(const char*, std::va_list) override {}
};

constexpr int openings_max = 8;

}  // namespace

rocksdb::Options options_for(bool read_only, rocksdb::Env* env) {
    rocksdb::Options options;
    options.create_if_missing = !read_only;
    if (env != nullptr) {
        // Of a simulation, which is one thread: whoever opens the store opens its files.
        options.env = env;
        options.max_file_opening_threads = 1;
    }
    options.info_log = std::make_shared<SilentLogger>();
    // Nobody reads them, and their timer fails when the machine's clock goes back.
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    return options;
}

rocksdb::Status open(const rocksdb::Options& options,
                     bool read_only,
                     const std::string& directory,
                     std::unique_ptr<rocksdb::DB>& db) {
    rocksdb::DB* opened = nullptr;
    rocksdb::Status status;
    if (read_only) {
        status = rocksdb::DB::OpenForReadOnly(options, directory, &opened);
    } else {
        // RocksDB's timer takes no task while another one runs and the machine's clock goes back;
        // then the opening is undone, and another one is as good as the first.
        for (int opening = 0; opening < openings_max; ++opening) {
            status = rocksdb::DB::Open(options, directory, &opened);
            if (!status.IsAborted()) {
                break;
            }
        }
    }
    db.reset(opened);
    return status;
}

Error error_of(const rocksdb::Status& status,
               std::string_view what,
               const std::string& directory,
               const Advice& advice) {
    const std::string text = status.ToString();
    const auto says = [&text](std::string_view words) {
        return text.find(words) != std::string::npos;
    };
    // By another process, by this one. Whatever else befalls the lock's file is the disk's trouble.
    const bool locked = says("While lock file") || says("lock hold by current process");
    std::string hint(locked ? advice.when_locked : advice.else_do);
    if (!locked && says("Permission denied")) {
        // Nothing is wrong with the files: somebody else made them.
        hint =
            "this process may not: run it as the user whose files these are, or give them to that "
            "user (chown -R)";
    } else if (says("No space left on device")) {
        hint.insert(0, "make room on its disk and start again; if that does not help: ");
    } else if (says("Too many open files")) {
        hint = "allow the process more open files (ulimit -n, LimitNOFILE=), then start again";
    }
    return {.code = locked ? ErrorCode::fenced : ErrorCode::state,
            .what = std::string(what) + " " + directory,
            .why = text,
            .hint = std::move(hint)};
}

}  // namespace fiscus::rocks

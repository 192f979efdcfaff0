// StateStore over RocksDB 7.8: one column family, no merge operators, no transactions. A write set
// is ingested as sorted files, all of them or none: the log is the write-ahead log, so nothing
// passes through a memtable.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include "engine/base/check.h"
#include "engine/base/kill_point.h"
#include "engine/rocks/database.h"
#include "engine/state/slice.h"
#include "engine/state/sorted_files.h"
#include "engine/state/store.h"

namespace fiscus::state {
namespace {

// Ten seconds.
constexpr int stall_look_us = 20'000;
constexpr int stall_looks_max = 500;

Bytes span_of(const rocksdb::Slice& text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

constexpr rocks::Advice advice = {
    .when_locked =
        "another process uses this state directory: stop it, or give --state another one",
    .else_do = "check the disk; the state may be deleted, it is rebuilt from the log"};

class RocksStore final : public StateStore {
public:
    explicit RocksStore(std::string directory) : directory_(std::move(directory)) {}

    Status open(const RocksOptions& options) {
        rocksdb::BlockBasedTableOptions table;
        table.block_cache = rocksdb::NewLRUCache(options.memory_bytes);
        table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
        table.cache_index_and_filter_blocks = true;
        table.pin_l0_filter_and_index_blocks_in_cache = true;
        rocksdb::Options tuned = rocks::options_for(options.read_only, options.env);
        tuned.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
        tuned.max_background_jobs = 2;
        // Whatever is not new lies all over the key space (consumers that claim again): the fewer
        // levels it passes, the less often it is merged.
        tuned.max_bytes_for_level_base = 4ULL << 30;
        // A fold leaves about five files, whose ranges do not overlap, at level 0. Merging those of
        // the consumers rewrites every one of them, so it is done once for some forty folds; a
        // merge of another level may take as long as a hundred more.
        tuned.level0_file_num_compaction_trigger = 192;
        tuned.level0_slowdown_writes_trigger = 768;
        tuned.level0_stop_writes_trigger = 1024;
        // Level 1 holds what changes, consumers above all, and is rewritten again and again:
        // without compression, which takes a fifth of the time of a merge.
        tuned.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression,
                                       rocksdb::kLZ4Compression};
        // Written back as it is made: gigabytes at once would hold the journal's syncs up.
        tuned.bytes_per_sync = 1U << 20;
        tuned.max_open_files = 512;
        const rocksdb::Status status = rocks::open(tuned, options.read_only, directory_, db_);
        if (!status.ok()) {
            return rocks::error_of(status, "cannot open the state in", directory_, advice);
        }
        FISCUS_TRY(check_ranges());
        if (!options.read_only) {
            files_.emplace(std::filesystem::path(directory_) / "fold", tuned);
        }
        return Done{};
    }

    Status copy_to(const std::string& target) {
        rocksdb::Checkpoint* made = nullptr;
        const rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &made);
        const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
        // 0: whatever a memtable holds is written first. With any other number it would be left
        // out, because there is no write-ahead log.
        const rocksdb::Status copied =
            status.ok() ? checkpoint->CreateCheckpoint(target, 0) : status;
        return copied.ok() ? Status(Done{})
                           : Status(rocks::error_of(copied, "cannot copy the state in", directory_,
                                                    advice));
    }

    Status get_many(std::span<const EncodedKey> keys, const Found& found) override {
        slices_.clear();
        for (const EncodedKey& key : keys) {
            slices_.push_back(slice(key));
        }
        values_.clear();
        values_.resize(keys.size());
        statuses_.assign(keys.size(), {});
        db_->MultiGet(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), keys.size(),
                      slices_.data(), values_.data(), statuses_.data(), true);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (statuses_[i].ok()) {
                found(i, span_of(values_[i]));
            } else if (!statuses_[i].IsNotFound()) {
                return rocks::error_of(statuses_[i], "cannot read the state in", directory_,
                                       advice);
            }
        }
        return Done{};
    }

    Status scan(TableId table, const Visit& visit) override {
        return scan_from(std::string(1, static_cast<char>(table)), visit);
    }

    Status scan_group(const Key& group, const Visit& visit) override {
        const EncodedKey first = encode(group);
        return scan_from(slice(Bytes(first).first(group_bytes)).ToString(), visit);
    }

    Status scan_from(const std::string& from, const Visit& visit) {
        std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
        for (at->Seek(from); at->Valid() && at->key().starts_with(from); at->Next()) {
            if (at->key().size() != key_bytes) {
                return Error{.code = ErrorCode::corrupt,
                             .what = "a key of the state in " + directory_ + " has a wrong size",
                             .why = "the directory was not written by this program",
                             .hint = "delete the state directory, it is rebuilt from the log"};
            }
            FISCUS_TRY(visit(decode_key(span_of(at->key()).data()), span_of(at->value())));
        }
        if (!at->status().ok()) {
            return rocks::error_of(at->status(), "cannot read the state in", directory_, advice);
        }
        return Done{};
    }

    Result<std::optional<Id128>> last_id(TableId table,
                                         std::uint32_t programme,
                                         std::uint32_t part) override {
        const EncodedKey past = encode({.id = {.hi = ~0ULL, .lo = ~0ULL},
                                        .programme = programme,
                                        .part = part,
                                        .sub = UINT16_MAX,
                                        .table = table});
        std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
        at->SeekForPrev(slice(past));
        if (!at->status().ok()) {
            return rocks::error_of(at->status(), "cannot read the state in", directory_, advice);
        }
        if (!at->Valid() || at->key().size() != key_bytes ||
            !at->key().starts_with(slice(Bytes(past).first(group_bytes)))) {
            return std::optional<Id128>();
        }
        return std::optional<Id128>(decode_key(span_of(at->key()).data()).id);
    }

    Status write(const WriteSet& set) override {
        FISCUS_CHECK(files_.has_value(),
                     "nothing is written to a store that was opened for reading");
        wait_for_compaction();
        FISCUS_ASSIGN(const std::vector<std::string> paths,
                      files_->write(set, [this](const Key& group) {
                          return last_id(group.table, group.programme, group.part);
                      }));
        FISCUS_KILL_POINT("after the files of a fold, before they are taken in");
        rocksdb::IngestExternalFileOptions options;
        options.move_files = true;
        options.snapshot_consistency = false;
        options.write_global_seqno = false;
        if (const auto status = db_->IngestExternalFile(paths, options); !status.ok()) {
            return rocks::error_of(status, "cannot write the state in", directory_, advice);
        }
        FISCUS_KILL_POINT("after the files of a fold were taken in");
        return check_ranges();
    }

    // RocksDB is asked, because it tells of changes only, and not always in their order.
    [[nodiscard]] bool stalled() const override {
        return property("rocksdb.is-write-stopped") != 0 ||
               property("rocksdb.actual-delayed-write-rate") != 0;
    }

    [[nodiscard]] std::uint64_t compaction_debt_bytes() const override {
        return property("rocksdb.estimate-pending-compaction-bytes");
    }

private:
    // RocksDB 7.8 takes a file in whose first key it could not read, as one without keys, and then
    // finds nothing that is in it.
    [[nodiscard]] Status check_ranges() const {
        std::vector<rocksdb::LiveFileMetaData> files;
        db_->GetLiveFilesMetaData(&files);
        for (const rocksdb::LiveFileMetaData& file : files) {
            if (file.smallestkey.empty()) {
                return Error{.code = ErrorCode::state,
                             .what = "the state in " + directory_ + " has lost the records of " +
                                     file.relative_filename,
                             .why = "they could not be read when the file was taken in",
                             .hint =
                                 "check the disk, and delete the state: it is rebuilt from the "
                                 "log"};
            }
        }
        return Done{};
    }

    [[nodiscard]] std::uint64_t property(const char* name) const {
        std::uint64_t value = 0;
        return db_->GetIntProperty(name, &value) ? value : 0;
    }

    // Not for ever: when compaction does not come to an end, reads get slower but nothing is lost,
    // and what is broken is told by the next write.
    void wait_for_compaction() const {
        for (int look = 0;
             look < stall_looks_max && stalled() && property("rocksdb.background-errors") == 0;
             ++look) {
            db_->GetEnv()->SleepForMicroseconds(stall_look_us);
        }
    }

    std::string directory_;
    std::unique_ptr<rocksdb::DB> db_;
    std::optional<SortedFiles> files_;
    std::vector<rocksdb::Slice> slices_;
    std::vector<rocksdb::PinnableSlice> values_;
    std::vector<rocksdb::Status> statuses_;
};

}  // namespace

Result<std::unique_ptr<StateStore>> open_rocks_store(const std::string& directory,
                                                     const RocksOptions& options) {
    auto store = std::make_unique<RocksStore>(directory);
    FISCUS_TRY(store->open(options));
    return std::unique_ptr<StateStore>(std::move(store));
}

Status copy_rocks_store(const std::string& directory,
                        const std::string& target,
                        rocksdb::Env* env) {
    RocksStore store(directory);
    FISCUS_TRY(store.open({.memory_bytes = 16U << 20, .env = env}));
    return store.copy_to(target);
}

}  // namespace fiscus::state

// StateStore over RocksDB 7.8: one column family, WAL off (the log is the write-ahead log), no
// merge operators, no transactions. Several column families without a WAL are not consistent after
// a crash.
#include <algorithm>
#include <atomic>
#include <string>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "engine/state/store.h"

namespace fiscus::state {
namespace {

rocksdb::Slice slice(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes span_of(const rocksdb::Slice& text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

Error store_error(const char* what, const rocksdb::Status& status, const std::string& directory) {
    const bool locked = status.IsIOError() && status.ToString().find("lock") != std::string::npos;
    return {
        .code = locked ? ErrorCode::fenced : ErrorCode::state,
        .what = std::string(what) + " " + directory,
        .why = status.ToString(),
        .hint =
            locked
                ? "another process uses this state directory: stop it, or give --state another one"
                : "check the disk; the state may be deleted, it is rebuilt from the log"};
}

class StallListener final : public rocksdb::EventListener {
public:
    explicit StallListener(std::atomic<bool>& stalled) : stalled_(stalled) {}

    void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) override {
        stalled_ = info.condition.cur != rocksdb::WriteStallCondition::kNormal;
    }

private:
    std::atomic<bool>& stalled_;
};

class RocksStore final : public StateStore {
public:
    explicit RocksStore(std::string directory) : directory_(std::move(directory)) {}

    Status open(const RocksOptions& options) {
        rocksdb::BlockBasedTableOptions table;
        table.block_cache = rocksdb::NewLRUCache(options.memory_bytes / 2);
        table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
        table.cache_index_and_filter_blocks = true;
        table.pin_l0_filter_and_index_blocks_in_cache = true;
        rocksdb::Options rocks;
        rocks.create_if_missing = !options.read_only;
        rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
        // A memtable that fits the processor's cache takes sorted keys fastest.
        rocks.write_buffer_size =
            std::clamp<std::uint64_t>(options.memory_bytes / 16, 2U << 20, 32U << 20);
        rocks.max_write_buffer_number = 3;
        rocks.min_write_buffer_number_to_merge = 1;
        rocks.allow_concurrent_memtable_write = false;
        rocks.enable_write_thread_adaptive_yield = false;
        // Most look-ups of a claim are for keys that do not exist: a filter answers before the skip
        // list.
        rocks.memtable_prefix_bloom_size_ratio = 0.1;
        rocks.memtable_whole_key_filtering = true;
        rocks.max_background_jobs = 2;
        rocks.max_bytes_for_level_base = 256U << 20;
        rocks.compression = rocksdb::kLZ4Compression;
        rocks.max_open_files = 512;
        rocks.keep_log_file_num = 4;
        rocks.listeners.push_back(std::make_shared<StallListener>(stalled_));
        rocksdb::DB* db = nullptr;
        const rocksdb::Status status = options.read_only
                                           ? rocksdb::DB::OpenForReadOnly(rocks, directory_, &db)
                                           : rocksdb::DB::Open(rocks, directory_, &db);
        if (!status.ok()) {
            return store_error("cannot open the state in", status, directory_);
        }
        db_.reset(db);
        return Done{};
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
                return store_error("cannot read the state in", statuses_[i], directory_);
            }
        }
        return Done{};
    }

    Status scan(TableId table, const Visit& visit) override {
        const std::string from(1, static_cast<char>(table));
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
            return store_error("cannot read the state in", at->status(), directory_);
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
            return store_error("cannot read the state in", at->status(), directory_);
        }
        if (!at->Valid() || at->key().size() != key_bytes ||
            !at->key().starts_with(slice(Bytes(past).first(group_bytes)))) {
            return std::optional<Id128>();
        }
        return std::optional<Id128>(decode_key(span_of(at->key()).data()).id);
    }

    Status write(const WriteSet& set) override {
        batch_.Clear();
        for (const WriteSet::Item& item : set.items()) {
            const rocksdb::Status put = batch_.Put(slice(item.key), slice(set.value(item)));
            if (!put.ok()) {
                return store_error("cannot write the state in", put, directory_);
            }
        }
        rocksdb::WriteOptions options;
        options.disableWAL = true;
        if (const auto status = db_->Write(options, &batch_); !status.ok()) {
            return store_error("cannot write the state in", status, directory_);
        }
        return Done{};
    }

    Status flush() override {
        if (const auto status = db_->Flush(rocksdb::FlushOptions()); !status.ok()) {
            return store_error("cannot flush the state in", status, directory_);
        }
        return Done{};
    }

    Status get_durable(const Key& key, const Found& found) override {
        rocksdb::ReadOptions options;
        options.read_tier = rocksdb::kPersistedTier;
        const EncodedKey encoded = encode(key);
        std::string value;
        const auto status = db_->Get(options, slice(encoded), &value);
        if (status.ok()) {
            found(0, as_byte_span(value));
        } else if (!status.IsNotFound()) {
            return store_error("cannot read the state in", status, directory_);
        }
        return Done{};
    }

    [[nodiscard]] bool stalled() const override { return stalled_; }

private:
    std::string directory_;
    std::atomic<bool> stalled_ = false;
    std::unique_ptr<rocksdb::DB> db_;
    rocksdb::WriteBatch batch_;
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

}  // namespace fiscus::state

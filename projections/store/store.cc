#include "projections/store/store.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include "engine/base/check.h"
#include "engine/rocks/database.h"
#include "projections/store/codec.h"

namespace fiscus::projections {

namespace {

constexpr std::string_view layout_key = "layout";

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view text_of(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

constexpr rocks::Advice advice = {
    .when_locked = "another process writes these statistics: stop it, or use another directory",
    .else_do = "check the disk; the directory may be deleted, it is rebuilt from the journal"};

class RocksStore final : public Store {
public:
    RocksStore(std::string directory, bool read_only)
        : directory_(std::move(directory)),
          read_only_(read_only),
          waiting_(rocksdb::BytewiseComparator(), 0, true) {}

    Status open(const StoreOptions& options) {
        rocksdb::BlockBasedTableOptions table;
        table.block_cache = rocksdb::NewLRUCache(options.memory_bytes / 2);
        rocksdb::Options tuned = rocks::options_for(options.read_only, options.env);
        tuned.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
        tuned.write_buffer_size =
            std::clamp<std::uint64_t>(options.memory_bytes / 8, 4U << 20, 64U << 20);
        tuned.max_write_buffer_number = 3;
        tuned.max_background_jobs = 2;
        // Facts come in parts of 16 KiB and never change: only their keys are merged. What a late
        // day leaves behind is collected.
        tuned.enable_blob_files = true;
        tuned.min_blob_size = 4U << 10;
        tuned.blob_compression_type = rocksdb::kLZ4Compression;
        tuned.enable_blob_garbage_collection = true;
        tuned.compression = rocksdb::kLZ4Compression;
        tuned.max_open_files = 256;
        const rocksdb::Status status = rocks::open(tuned, options.read_only, directory_, db_);
        if (!status.ok()) {
            return rocks::error_of(status, "cannot open the statistics in", directory_, advice);
        }
        return check_layout();
    }

    Result<std::optional<std::string>> get(std::string_view key) const override {
        std::string value;
        const rocksdb::Status status =
            waiting_.GetFromBatchAndDB(db_.get(), rocksdb::ReadOptions(), slice(key), &value);
        if (status.IsNotFound()) {
            return std::optional<std::string>();
        }
        if (!status.ok()) {
            return rocks::error_of(status, "cannot read the statistics in", directory_, advice);
        }
        return std::optional<std::string>(std::move(value));
    }

    Status scan(std::string_view prefix, const Visit& visit) const override {
        const auto at = iterator();
        for (at->Seek(slice(prefix)); at->Valid() && at->key().starts_with(slice(prefix));
             at->Next()) {
            FISCUS_TRY(visit(text_of(at->key()), text_of(at->value())));
        }
        if (!at->status().ok()) {
            return rocks::error_of(at->status(), "cannot read the statistics in", directory_,
                                   advice);
        }
        return Done{};
    }

    Result<std::optional<std::string>> first_key(std::string_view prefix,
                                                 std::string_view from) const override {
        const auto at = iterator();
        at->Seek(slice(from));
        if (!at->status().ok()) {
            return rocks::error_of(at->status(), "cannot read the statistics in", directory_,
                                   advice);
        }
        if (!at->Valid() || !at->key().starts_with(slice(prefix))) {
            return std::optional<std::string>();
        }
        return std::optional<std::string>(at->key().ToString());
    }

    void put(std::string_view key, std::string_view value) override {
        FISCUS_CHECK(!read_only_ && waiting_.Put(slice(key), slice(value)).ok(),
                     "a batch in memory takes every record");
        waiting_bytes_ += key.size() + value.size();
    }

    void erase(std::string_view key) override {
        FISCUS_CHECK(!read_only_ && waiting_.Delete(slice(key)).ok(),
                     "a batch in memory takes every deletion");
        waiting_bytes_ += key.size();
    }

    std::size_t waiting_bytes() const override { return waiting_bytes_; }

    Status commit() override {
        rocksdb::WriteOptions options;
        options.disableWAL = true;
        const rocksdb::Status status = db_->Write(options, waiting_.GetWriteBatch());
        if (!status.ok()) {
            return rocks::error_of(status, "cannot write the statistics in", directory_, advice);
        }
        waiting_.Clear();
        waiting_bytes_ = 0;
        return Done{};
    }

    Status flush() override {
        const rocksdb::Status status = db_->Flush(rocksdb::FlushOptions());
        if (!status.ok()) {
            return rocks::error_of(status, "cannot flush the statistics in", directory_, advice);
        }
        return Done{};
    }

private:
    std::unique_ptr<rocksdb::Iterator> iterator() const {
        // The batch's iterator owns the one below it.
        return std::unique_ptr<rocksdb::Iterator>(
            waiting_.NewIteratorWithBase(db_->NewIterator(rocksdb::ReadOptions())));
    }

    Status check_layout() {
        FISCUS_ASSIGN(const std::optional<std::string> stored, get(layout_key));
        std::string current;
        put_varint(current, state_layout_version);
        if (stored && *stored != current) {
            Reader reader(*stored);
            return Error{.code = ErrorCode::state,
                         .what = "the statistics in " + directory_ + " have layout " +
                                 std::to_string(reader.varint()) + ", this program knows " +
                                 std::to_string(state_layout_version),
                         .why = "they were written by another release",
                         .hint = "delete the directory: it is rebuilt from the journal"};
        }
        if (!stored) {
            FISCUS_ASSIGN(const std::optional<std::string> anything, first_key("", ""));
            if (anything || read_only_) {
                return Error{.code = ErrorCode::state,
                             .what = "there are no statistics in " + directory_,
                             .why = anything ? "the database there was written by something else"
                                             : "nothing was written there yet",
                             .hint = anything
                                         ? "give the directory of the statistics"
                                         : "what `fiscus run` has folded is there seconds later; "
                                           "else give the directory of the statistics"};
            }
            put(layout_key, current);
        }
        return Done{};
    }

    std::string directory_;
    bool read_only_;
    std::unique_ptr<rocksdb::DB> db_;
    mutable rocksdb::WriteBatchWithIndex waiting_;
    std::size_t waiting_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& directory,
                                           const StoreOptions& options) {
    if (!options.read_only) {
        std::error_code failure;
        std::filesystem::create_directories(directory, failure);
        if (failure) {
            return Error{.code = ErrorCode::io,
                         .what = "cannot make the directory " + directory,
                         .why = failure.message(),
                         .hint = "check the path and its permissions"};
        }
    }
    auto store = std::make_unique<RocksStore>(directory, options.read_only);
    FISCUS_TRY(store->open(options));
    return std::unique_ptr<Store>(std::move(store));
}

Error damaged_state(std::string_view what) {
    return {.code = ErrorCode::corrupt,
            .what = "the statistics' state is damaged: " + std::string(what),
            .why = "a record does not have the form that this program wrote",
            .hint = "delete the directory of the statistics: it is rebuilt from the journal"};
}

}  // namespace fiscus::projections

#include "engine/state/sorted_files.h"

#include <algorithm>

#include <rocksdb/env.h>
#include <rocksdb/sst_file_writer.h>

#include "engine/state/slice.h"

namespace fiscus::state {
namespace {

// Fewer new records than this are not worth a file that is never merged with others.
constexpr std::size_t own_file_records_min = 65'536;

Id128 id_of(const WriteSet::Item& item) { return decode_key(item.key.data()).id; }

Error write_error(const std::string& path, std::string why) {
    return {.code = ErrorCode::state,
            .what = "cannot write the state's file " + path,
            .why = std::move(why),
            .hint = "check the disk; the state may be deleted, it is rebuilt from the log"};
}

}  // namespace

SortedFiles::SortedFiles(std::filesystem::path directory, const rocksdb::Options& options)
    : directory_(std::move(directory)), options_(options) {
    std::filesystem::remove_all(directory_, left_behind_);
}

Result<std::vector<std::string>> SortedFiles::write(const WriteSet& set, const LastId& last_id) {
    paths_.clear();
    if (left_behind_) {
        return write_error(directory_.string(), left_behind_.message());
    }
    std::error_code failed;
    std::filesystem::create_directories(directory_, failed);
    if (failed) {
        return write_error(directory_.string(), failed.message());
    }
    // A merge takes all that lies between the first and the last key of its files: so what is
    // many has files of its own, and the changed vouchers of these days never meet those of others.
    std::size_t file_begin = 0;
    for (const WriteSet::Range& group : set.groups()) {
        if (group.size() < own_file_records_min) {
            continue;
        }
        FISCUS_ASSIGN(const std::size_t first, own_file_begin(set, group, last_id));
        FISCUS_TRY(write_file(set, {.begin = file_begin, .end = group.begin}));
        FISCUS_TRY(write_file(set, {.begin = group.begin, .end = first}));
        FISCUS_TRY(write_file(set, {.begin = first, .end = group.end}));
        file_begin = group.end;
    }
    FISCUS_TRY(write_file(set, {.begin = file_begin, .end = set.size()}));
    return paths_;
}

// Where the items of a group begin that are worth a file of their own; its end when none are.
Result<std::size_t> SortedFiles::own_file_begin(const WriteSet& set,
                                                const WriteSet::Range& group,
                                                const LastId& last_id) {
    FISCUS_ASSIGN(const std::size_t first, first_new(set, group, last_id));
    return group.end - first >= own_file_records_min ? first : group.end;
}

// Place of the first item above everything that the store holds of the group.
Result<std::size_t> SortedFiles::first_new(const WriteSet& set,
                                           const WriteSet::Range& group,
                                           const LastId& last_id) {
    Key key = decode_key(set.item(group.begin).key.data());
    key.id = {};
    key.sub = 0;
    auto at = newest_.find(key);
    if (at == newest_.end()) {
        FISCUS_ASSIGN(const std::optional<Id128> last, last_id(key));
        at = newest_.emplace(key, last.value_or(Id128{})).first;
    }
    std::size_t first = group.begin;
    for (std::size_t end = group.end; first < end;) {
        const std::size_t middle = first + (end - first) / 2;
        if (at->second < id_of(set.item(middle))) {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    at.value() = std::max(at->second, id_of(set.item(group.end - 1)));
    return first;
}

Status SortedFiles::write_file(const WriteSet& set, const WriteSet::Range& items) {
    if (items.size() == 0) {
        return Done{};
    }
    const std::string path = (directory_ / (std::to_string(next_number_++) + ".sst")).string();
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(options_), options_);
    rocksdb::Status status = writer.Open(path);
    if (!status.ok()) {
        return write_error(path, status.ToString());
    }
    set.for_each(items, [&status, &writer](const WriteSet::Item& item) {
        status = writer.Put(slice(item.key), slice(item.value));
        return status.ok();
    });
    if (status.ok()) {
        status = writer.Finish();
    }
    if (!status.ok()) {
        return write_error(path, status.ToString());
    }
    paths_.push_back(path);
    return Done{};
}

}  // namespace fiscus::state

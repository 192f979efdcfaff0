#include "engine/state/sorted_files.h"

#include <algorithm>

#include <rocksdb/env.h>
#include <rocksdb/sst_file_writer.h>

#include "engine/state/slice.h"

namespace fiscus::state {
namespace {

// Fewer new records than this are not worth a file that is never merged with others.
constexpr std::size_t own_file_records_min = 65'536;

Key group_of(const WriteSet::Item& item) {
    Key group = decode_key(item.key.data());
    group.id = {};
    group.sub = 0;
    return group;
}

bool same_group(const WriteSet::Item& a, const WriteSet::Item& b) {
    return std::equal(a.key.begin(), a.key.begin() + group_bytes, b.key.begin());
}

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
    const Items items = set.items();
    std::size_t file_begin = 0;
    for (std::size_t begin = 0; begin < items.size();) {
        std::size_t end = begin + 1;
        while (end < items.size() && same_group(items[begin], items[end])) {
            ++end;
        }
        FISCUS_ASSIGN(const std::size_t first,
                      own_file_begin(items.subspan(begin, end - begin), last_id));
        if (begin + first < end) {
            FISCUS_TRY(write_file(set, items.subspan(file_begin, begin + first - file_begin)));
            FISCUS_TRY(write_file(set, items.subspan(begin + first, end - begin - first)));
            file_begin = end;
        }
        begin = end;
    }
    FISCUS_TRY(write_file(set, items.subspan(file_begin)));
    return paths_;
}

// Where the items of a group begin that are worth a file of their own; their end when none are.
Result<std::size_t> SortedFiles::own_file_begin(Items group, const LastId& last_id) {
    if (group.size() < own_file_records_min) {
        return group.size();
    }
    FISCUS_ASSIGN(const std::size_t first, first_new(group_of(group.front()), group, last_id));
    return group.size() - first >= own_file_records_min ? first : group.size();
}

// Index of the first item above everything that the store holds of the group.
Result<std::size_t> SortedFiles::first_new(const Key& group, Items items, const LastId& last_id) {
    const auto id_of = [](const WriteSet::Item& item) { return decode_key(item.key.data()).id; };
    auto at = newest_.find(group);
    if (at == newest_.end()) {
        FISCUS_ASSIGN(const std::optional<Id128> last, last_id(group));
        at = newest_.emplace(group, last.value_or(Id128{})).first;
    }
    const auto first = std::upper_bound(
        items.begin(), items.end(), at->second,
        [&id_of](const Id128& id, const WriteSet::Item& item) { return id < id_of(item); });
    at.value() = std::max(at->second, id_of(items.back()));
    return static_cast<std::size_t>(first - items.begin());
}

Status SortedFiles::write_file(const WriteSet& set, Items items) {
    if (items.empty()) {
        return Done{};
    }
    const std::string path = (directory_ / (std::to_string(next_number_++) + ".sst")).string();
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options_);
    rocksdb::Status status = writer.Open(path);
    for (auto item = items.begin(); status.ok() && item != items.end(); ++item) {
        status = writer.Put(slice(item->key), slice(set.value(*item)));
    }
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

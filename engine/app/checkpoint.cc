#include "engine/app/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/app/mapped_file.h"
#include "engine/journal/reader.h"
#include "engine/log/file.h"
#include "engine/log/start_check.h"
#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "engine/state/records.h"
#include "engine/state/store.h"

namespace fiscus::app {
namespace {

namespace fs = std::filesystem;

constexpr int manifest_format = 1;
constexpr std::string_view manifest_name = "manifest.json";
constexpr std::chrono::seconds journal_wait{10};

Error damaged(const fs::path& directory, std::string why) {
    return {ErrorCode::corrupt, fmt::format("the checkpoint {} is not whole", directory.string()),
            std::move(why), "Take another checkpoint, or rebuild the state from the log."};
}

Error system_says(std::string what, const std::error_code& error) {
    return {ErrorCode::io, std::move(what), error.message(),
            "Check the disk and the rights on it."};
}

Result<std::vector<std::int32_t>> partitions_in(const fs::path& state) {
    std::vector<std::int32_t> partitions;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(state / "engine", failed)) {
        const std::string name = entry.path().filename().string();
        std::int32_t partition = -1;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), partition);
        if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size()) {
            partitions.push_back(partition);
        }
    }
    if (partitions.empty()) {
        return Error{ErrorCode::not_found,
                     fmt::format("there is no engine state in {}", state.string()),
                     failed ? failed.message() : "the directory is empty",
                     "Give --state the directory that `fiscus run` wrote."};
    }
    std::ranges::sort(partitions);
    return partitions;
}

Result<CheckpointFile> describe_file(const fs::path& directory, const fs::path& path) {
    FISCUS_ASSIGN(const MappedFile file, MappedFile::open(path));
    return CheckpointFile{.path = path.lexically_relative(directory).generic_string(),
                          .bytes = file.bytes().size(),
                          .sha256 = to_hex(sha256(file.bytes()))};
}

// Every file below the checkpoint but its manifest, by name.
Result<std::vector<fs::path>> files_in(const fs::path& directory) {
    std::vector<fs::path> files;
    std::error_code failed;
    for (fs::recursive_directory_iterator at(directory, failed), end; !failed && at != end;
         at.increment(failed)) {
        if (at->is_regular_file() && at->path() != directory / manifest_name) {
            files.push_back(at->path());
        }
    }
    if (failed) {
        return system_says("cannot list " + directory.string(), failed);
    }
    std::ranges::sort(files);
    return files;
}

nlohmann::ordered_json to_json(const Checkpoint& checkpoint) {
    auto partitions = nlohmann::ordered_json::array();
    for (const CheckpointPartition& one : checkpoint.partitions) {
        partitions.push_back({{"partition", one.partition},
                              {"next_offset", one.next_offset},
                              {"sequence", one.sequence},
                              {"journal_offset", one.journal_offset},
                              {"term", one.term},
                              {"digest", to_hex(one.digest)}});
    }
    auto files = nlohmann::ordered_json::array();
    for (const CheckpointFile& file : checkpoint.files) {
        files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    }
    return {{"format", manifest_format},
            {"log_identity", checkpoint.log_identity},
            {"log_partitions", checkpoint.log_partitions},
            {"layout", checkpoint.layout},
            {"partitions", std::move(partitions)},
            {"files", std::move(files)}};
}

Result<Checkpoint> read_manifest(const fs::path& directory) {
    std::ifstream stream(directory / manifest_name, std::ios::binary);
    if (!stream) {
        return Error{ErrorCode::not_found,
                     fmt::format("there is no checkpoint in {}", directory.string()),
                     fmt::format("it has no {}", manifest_name),
                     "Give the directory that `fiscus checkpoint create` made."};
    }
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto json = nlohmann::json::parse(text, nullptr, false);
    // What the manifest says of itself stands at its end, over all that is before.
    Checkpoint checkpoint;
    const auto field = [](const nlohmann::json& object, const char* name, auto& value) {
        const auto found = object.find(name);
        using Value = std::remove_reference_t<decltype(value)>;
        const bool fits =
            found != object.end() &&
            (std::is_same_v<Value, std::string> ? found->is_string() : found->is_number_integer());
        if (fits) {
            value = found->get<Value>();
        }
        return fits;
    };
    int format = 0;
    std::string own;
    bool whole = json.is_object() && field(json, "format", format) && format == manifest_format &&
                 field(json, "log_identity", checkpoint.log_identity) &&
                 field(json, "log_partitions", checkpoint.log_partitions) &&
                 field(json, "layout", checkpoint.layout) && field(json, "manifest", own) &&
                 json.contains("partitions") && json["partitions"].is_array() &&
                 json.contains("files") && json["files"].is_array();
    for (std::size_t i = 0; whole && i < json["partitions"].size(); ++i) {
        const auto& from = json["partitions"][i];
        CheckpointPartition& one = checkpoint.partitions.emplace_back();
        std::string digest;
        whole = from.is_object() && field(from, "partition", one.partition) &&
                field(from, "next_offset", one.next_offset) &&
                field(from, "sequence", one.sequence) &&
                field(from, "journal_offset", one.journal_offset) &&
                field(from, "term", one.term) && field(from, "digest", digest);
        const auto bits = id128_from_hex(digest);
        whole = whole && bits;
        one.digest = bits ? Hash128{.hi = bits->hi, .lo = bits->lo} : Hash128{};
    }
    for (std::size_t i = 0; whole && i < json["files"].size(); ++i) {
        const auto& from = json["files"][i];
        CheckpointFile& file = checkpoint.files.emplace_back();
        whole = from.is_object() && field(from, "path", file.path) &&
                field(from, "bytes", file.bytes) && field(from, "sha256", file.sha256);
    }
    if (!whole) {
        return damaged(directory, fmt::format("its {} cannot be read", manifest_name));
    }
    if (own != to_hex(sha256(as_byte_span(to_json(checkpoint).dump())))) {
        return damaged(directory, fmt::format("its {} was changed", manifest_name));
    }
    return checkpoint;
}

// Every file and directory below, and itself.
Status sync_all(const fs::path& directory) {
    std::error_code failed;
    for (fs::recursive_directory_iterator at(directory, failed), end; !failed && at != end;
         at.increment(failed)) {
        if (at->is_directory()) {
            FISCUS_TRY(log::sync_directory(at->path()));
        } else {
            FISCUS_ASSIGN(const log::FileDescriptor file, log::open_file(at->path(), O_RDONLY));
            FISCUS_TRY(log::sync_file(file, at->path()));
        }
    }
    if (failed) {
        return system_says("cannot list " + directory.string(), failed);
    }
    return log::sync_directory(directory);
}

// Last of all: where it is, all that it names is on the disk.
Status write_manifest(const Checkpoint& checkpoint, const fs::path& directory) {
    FISCUS_TRY(sync_all(directory));
    auto json = to_json(checkpoint);
    json["manifest"] = to_hex(sha256(as_byte_span(json.dump())));
    FISCUS_TRY(log::write_new_file(directory / manifest_name, as_byte_span(json.dump(2) + '\n')));
    return log::sync_directory(directory);
}

// The files are there, none other, and none has changed.
Status check_files(const Checkpoint& checkpoint, const fs::path& directory) {
    FISCUS_ASSIGN(const std::vector<fs::path> found, files_in(directory));
    std::set<std::string> left;
    for (const fs::path& path : found) {
        left.insert(path.lexically_relative(directory).generic_string());
    }
    for (const CheckpointFile& file : checkpoint.files) {
        if (left.erase(file.path) == 0) {
            return damaged(directory, fmt::format("{} is missing", file.path));
        }
        FISCUS_ASSIGN(const CheckpointFile now, describe_file(directory, directory / file.path));
        if (now.bytes != file.bytes) {
            return damaged(directory, fmt::format("{} has {} bytes, not {}", file.path, now.bytes,
                                                  file.bytes));
        }
        if (now.sha256 != file.sha256) {
            return damaged(directory, fmt::format("{} has other bytes than when it was made: its "
                                                  "SHA-256 is {}, not {}",
                                                  file.path, now.sha256, file.sha256));
        }
    }
    if (!left.empty()) {
        return damaged(directory, fmt::format("{} does not belong to it", *left.begin()));
    }
    return Done{};
}

Status check_layout(const Checkpoint& checkpoint, const fs::path& directory) {
    if (checkpoint.layout == state::layout_version) {
        return Done{};
    }
    return Error{
        ErrorCode::state,
        fmt::format("the checkpoint {} has state layout {}", directory.string(), checkpoint.layout),
        fmt::format("this program writes layout {}", state::layout_version),
        "Start without it: the state is rebuilt from the log."};
}

// Record by record.
Status check_records(const Checkpoint& checkpoint, const fs::path& directory) {
    FISCUS_ASSIGN(const runtime::StateView view, runtime::read_state(directory));
    for (const CheckpointPartition& expected : checkpoint.partitions) {
        const auto found = std::ranges::find(view.partitions, expected.partition,
                                             &runtime::PartitionView::partition);
        if (found == view.partitions.end()) {
            return damaged(directory, fmt::format("partition {} is missing", expected.partition));
        }
        FISCUS_ASSIGN(const Hash128 digest,
                      runtime::recompute_digest(directory, expected.partition));
        if (digest != expected.digest || found->next_offset != expected.next_offset ||
            found->sequence != expected.sequence) {
            return Error{ErrorCode::diverged,
                         fmt::format("the records of partition {} in {} are not what its manifest "
                                     "says",
                                     expected.partition, directory.string()),
                         fmt::format("they add up to {} at sequence {}, the manifest says {} at {}",
                                     to_hex(digest), found->sequence, to_hex(expected.digest),
                                     expected.sequence),
                         "Take another checkpoint, or rebuild the state from the log."};
        }
    }
    return Done{};
}

// The journal has a block that ends at the checkpoint's sequence, with the same digest.
Status check_journal(const CheckpointPartition& expected, log::Log& log, const fs::path& state) {
    if (expected.sequence == 0) {
        return Done{};
    }
    FISCUS_ASSIGN(const log::Extent extent, log.extent(log::journal_topic, expected.partition));
    if (expected.journal_offset > extent.end) {
        return Error{
            ErrorCode::log_mismatch,
            fmt::format("the journal of partition {} ends at offset {}, the checkpoint "
                        "{} stands at {}",
                        expected.partition, extent.end, state.string(), expected.journal_offset),
            "the log was cut, or it is another one",
            "Restore the log, or give the log that the checkpoint was made with."};
    }
    FISCUS_ASSIGN(const auto reader, journal::JournalReader::open(log, expected.partition, {}));
    while (reader->cursor().next_sequence <= expected.sequence) {
        FISCUS_ASSIGN(const auto block, reader->next_before(extent.end, journal_wait));
        if (!block) {
            break;
        }
    }
    if (reader->cursor().next_sequence != expected.sequence + 1 ||
        reader->cursor().state_digest != expected.digest) {
        return Error{
            ErrorCode::diverged,
            fmt::format("the journal of partition {} does not say what the checkpoint {} "
                        "says",
                        expected.partition, state.string()),
            fmt::format("after entry {} its digest is {}, the checkpoint's {} after {}",
                        reader->cursor().next_sequence - 1, to_hex(reader->cursor().state_digest),
                        to_hex(expected.digest), expected.sequence),
            "Give the log that the checkpoint was made with, or take another one."};
    }
    return Done{};
}

Status check_log(const Checkpoint& checkpoint, log::Log& log, const fs::path& directory) {
    auto identity = log::check_identity(log, checkpoint.log_identity);
    if (!identity.ok()) {
        Error error = std::move(identity).error();
        error.what = fmt::format("the checkpoint {} belongs to another log", directory.string());
        error.hint = "Check the log's address, or take a checkpoint of this one.";
        return error;
    }
    FISCUS_ASSIGN(const auto events, log.describe(log::events_topic));
    if (!events || events->plan.partitions != checkpoint.log_partitions) {
        return Error{ErrorCode::log_mismatch,
                     fmt::format("the checkpoint {} is of a log with {} partitions",
                                 directory.string(), checkpoint.log_partitions),
                     fmt::format("this one has {}", events ? events->plan.partitions : 0),
                     "Give the log that it was made with."};
    }
    for (const CheckpointPartition& partition : checkpoint.partitions) {
        FISCUS_TRY(runtime::check_state_log(directory, partition.partition, log));
        FISCUS_TRY(check_journal(partition, log, directory));
    }
    return Done{};
}

Status link_or_copy(const fs::path& from, const fs::path& to) {
    std::error_code failed;
    fs::create_directories(to.parent_path(), failed);
    // Whatever RocksDB still changes is copied; its tables never change.
    if (from.extension() == ".sst") {
        fs::create_hard_link(from, to, failed);
        if (!failed) {
            return Done{};
        }
    }
    failed.clear();
    fs::copy_file(from, to, failed);
    return failed ? Status(system_says(
                        fmt::format("cannot copy {} to {}", from.string(), to.string()), failed))
                  : Status(Done{});
}

// A process that was killed before it wrote its first change leaves a state that knows no log.
Error nothing_in(const fs::path& state) {
    return {ErrorCode::not_found,
            fmt::format("there is nothing in the state {} yet", state.string()),
            "its process wrote none of what it applied",
            "Let `fiscus run` work on, stop it, and create the checkpoint then."};
}

// Into a directory that is there for it.
Result<Checkpoint> copy_state(const fs::path& state,
                              const fs::path& directory,
                              rocksdb::Env* store_env) {
    FISCUS_ASSIGN(const std::vector<std::int32_t> partitions, partitions_in(state));
    FISCUS_TRY(log::make_directories(directory / "engine"));
    for (const std::int32_t partition : partitions) {
        const std::string name = std::to_string(partition);
        FISCUS_TRY(state::copy_rocks_store((state / "engine" / name).string(),
                                           (directory / "engine" / name).string(), store_env));
    }
    Checkpoint checkpoint;
    checkpoint.layout = state::layout_version;
    FISCUS_ASSIGN(const runtime::StateView view, runtime::read_state(directory));
    if (view.log_partitions == 0) {
        return nothing_in(state);
    }
    checkpoint.log_identity = view.log_identity;
    checkpoint.log_partitions = view.log_partitions;
    for (const runtime::PartitionView& one : view.partitions) {
        checkpoint.partitions.push_back({.partition = one.partition,
                                         .next_offset = one.next_offset,
                                         .sequence = one.sequence,
                                         .journal_offset = one.journal_offset,
                                         .term = one.term,
                                         .digest = one.digest});
    }
    FISCUS_ASSIGN(const std::vector<fs::path> files, files_in(directory));
    for (const fs::path& path : files) {
        FISCUS_ASSIGN(checkpoint.files.emplace_back(), describe_file(directory, path));
    }
    FISCUS_TRY(write_manifest(checkpoint, directory));
    return checkpoint;
}

// What lies in a state is taken for a part of it, and a checkpoint has nothing but its own files.
Status check_target(const fs::path& state, const fs::path& directory) {
    std::error_code failed;
    const fs::path whole = fs::weakly_canonical(fs::absolute(directory), failed);
    for (fs::path above = whole; !failed && above != above.parent_path();) {
        above = above.parent_path();
        const bool in_checkpoint = fs::exists(above / manifest_name, failed);
        if (in_checkpoint || fs::equivalent(above, state, failed)) {
            return Error{
                ErrorCode::usage,
                fmt::format("{} lies inside of {} {}", directory.string(),
                            in_checkpoint ? "the checkpoint" : "the state", above.string()),
                "", "Give each checkpoint a directory of its own, outside of both."};
        }
        // It need not be there yet.
        failed.clear();
    }
    return Done{};
}

}  // namespace

Result<Checkpoint> create_checkpoint(const fs::path& state,
                                     const fs::path& directory,
                                     rocksdb::Env* store_env) {
    if (fs::exists(directory)) {
        return Error{ErrorCode::usage, fmt::format("{} exists already", directory.string()), "",
                     "Give each checkpoint a directory of its own."};
    }
    FISCUS_TRY(check_target(state, directory));
    Result<Checkpoint> made = copy_state(state, directory, store_env);
    if (!made.ok()) {
        // So that the same command can be given again.
        std::error_code failed;
        fs::remove_all(directory, failed);
    }
    return made;
}

Result<Checkpoint> verify_checkpoint(const fs::path& directory, log::Log* log) {
    FISCUS_ASSIGN(const Checkpoint checkpoint, read_manifest(directory));
    FISCUS_TRY(check_files(checkpoint, directory));
    FISCUS_TRY(check_layout(checkpoint, directory));
    FISCUS_TRY(check_records(checkpoint, directory));
    if (log != nullptr) {
        FISCUS_TRY(check_log(checkpoint, *log, directory));
    }
    return checkpoint;
}

Result<Checkpoint> restore_checkpoint(const fs::path& directory,
                                      const fs::path& state,
                                      log::Log& log) {
    if (fs::exists(state / "engine")) {
        return Error{ErrorCode::usage,
                     fmt::format("there is a state in {} already", state.string()), "",
                     "Restore to a new directory; nothing is ever overwritten."};
    }
    FISCUS_ASSIGN(const Checkpoint checkpoint, verify_checkpoint(directory, &log));
    // Under another name until it is whole.
    const fs::path draft = state / "engine.draft";
    std::error_code failed;
    fs::remove_all(draft, failed);
    FISCUS_TRY(log::make_directories(draft));
    for (const CheckpointFile& file : checkpoint.files) {
        const fs::path below = fs::path(file.path).lexically_relative("engine");
        FISCUS_TRY(link_or_copy(directory / file.path, draft / below));
    }
    FISCUS_TRY(sync_all(draft));
    fs::rename(draft, state / "engine", failed);
    if (failed) {
        return system_says("cannot make " + (state / "engine").string(), failed);
    }
    FISCUS_TRY(log::sync_directory(state));
    return checkpoint;
}

}  // namespace fiscus::app

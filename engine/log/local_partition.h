// One partition of the local log inside this process: where it lies on disk, how far its records
// are acknowledged, and who waits for more. Writer and readers of a process meet only here.
// Owner: the LocalLog. Thread: any. Fails: io, corrupt (naming file and position), fenced.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/log/file.h"
#include "engine/log/log.h"
#include "engine/log/segment.h"

namespace fiscus::log {

using Deadline = std::chrono::steady_clock::time_point;

// Where a partition ends for its readers: where the acknowledged file says (`look`), and without
// one where the whole frames end (`scan`). A writer makes that file before its first frame, so the
// frames of a scan are believed only if there is still none when the scan is over.
template <typename Look, typename Scan>
Result<std::int64_t> readable_end(Look look, Scan scan) {
    FISCUS_ASSIGN(std::optional<std::int64_t> end, look());
    if (!end) {
        FISCUS_ASSIGN(const std::int64_t scanned, scan());
        FISCUS_ASSIGN(end, look());
        return end.value_or(scanned);
    }
    return *end;
}

// Damage in what was written by us, at a byte of a file.
Error damage(const std::filesystem::path& path, std::uint64_t position, std::string why);

class LocalPartition {
public:
    LocalPartition(std::filesystem::path directory,
                   const TopicPlan& plan,
                   const Hash128& topic_identity,
                   std::uint32_t partition);

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
    [[nodiscard]] const TopicPlan& plan() const { return plan_; }
    [[nodiscard]] const Hash128& topic_identity() const { return topic_identity_; }
    [[nodiscard]] std::uint32_t number() const { return partition_; }
    [[nodiscard]] std::string name() const;
    [[nodiscard]] std::filesystem::path segment_path(std::int64_t base_offset) const;
    // So many records were acknowledged, and nothing is left of them.
    [[nodiscard]] Error segments_lost(std::int64_t acknowledged) const;

    // Base offsets of the segments, ascending.
    [[nodiscard]] Result<std::vector<std::int64_t>> segments() const;
    Result<Extent> extent();
    // Offset after the last acknowledged record.
    Result<std::int64_t> end();
    // As end(), but waits for it to get past `offset` until the deadline.
    Result<std::int64_t> end_beyond(std::int64_t offset, Deadline deadline);

    // For the writer. Nothing: the file says nothing that can be believed.
    Result<std::optional<std::int64_t>> acknowledged();
    // The directory itself is locked, which nobody can remove and leave what lies in it.
    // Fails: fenced, when this or another process writes the partition already.
    Status lock();
    void unlock();
    // Everything below `end` is durable: says so on disk and wakes the readers.
    Status acknowledge(std::int64_t end);
    // Checks that a segment's header is of this partition.
    Result<SegmentHeader> read_header(const FileDescriptor& file,
                                      const std::filesystem::path& path,
                                      std::int64_t base_offset) const;

private:
    Result<std::optional<std::int64_t>> read_acknowledged();
    Result<std::int64_t> stored_end();
    Result<std::int64_t> scanned_end();

    const std::filesystem::path directory_;
    const TopicPlan plan_;
    const Hash128 topic_identity_;
    const std::uint32_t partition_;

    // Guards everything below.
    std::mutex mutex_;
    std::condition_variable moved_;
    FileDescriptor acknowledged_file_;
    FileDescriptor locked_;  // the directory
    // Set while a writer is open here; then the end is known without asking the disk.
    std::optional<std::int64_t> written_end_;
    // The last scan of a partition whose acknowledged file is missing.
    std::int64_t scanned_base_ = -1;
    std::uint64_t scanned_bytes_ = 0;
    std::int64_t scanned_end_ = 0;
};

}  // namespace fiscus::log

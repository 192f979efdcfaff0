#include "engine/log/local_partition.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "engine/base/check.h"

namespace fiscus::log {
namespace {

constexpr std::uint32_t acknowledged_magic = 0x454c5346;  // "FSLE"
constexpr std::size_t acknowledged_bytes = 16;
// Another process may be in the middle of its 16 bytes; after that many looks they are damaged.
constexpr int acknowledged_looks_max = 8;
// How often a reader looks for records of another process: well below a turn's own time.
constexpr std::chrono::milliseconds poll_interval{2};

using AcknowledgedBytes = std::array<std::byte, acknowledged_bytes>;

AcknowledgedBytes encode_acknowledged(std::int64_t end) {
    AcknowledgedBytes bytes{};
    std::memcpy(bytes.data(), &acknowledged_magic, 4);
    std::memcpy(bytes.data() + 8, &end, 8);
    const std::uint32_t crc = crc32c(Bytes(bytes).subspan(8));
    std::memcpy(bytes.data() + 4, &crc, 4);
    return bytes;
}

std::optional<std::int64_t> decode_acknowledged(const AcknowledgedBytes& bytes) {
    std::int64_t end = 0;
    std::memcpy(&end, bytes.data() + 8, 8);
    if (end < 0 || bytes != encode_acknowledged(end)) {
        return std::nullopt;
    }
    return end;
}

std::filesystem::path acknowledged_path(const std::filesystem::path& directory) {
    return directory / "acknowledged";
}

}  // namespace

Error damage(const std::filesystem::path& path, std::uint64_t position, std::string why) {
    return {.code = ErrorCode::corrupt,
            .what = path.string() + " is damaged at byte " + std::to_string(position),
            .why = std::move(why),
            .hint =
                "Stop everything that uses this log and restore the file from a copy; a topic "
                "of statistics or refusals may be made anew instead (docs/operations.md)."};
}

LocalPartition::LocalPartition(std::filesystem::path directory,
                               const TopicPlan& plan,
                               const Hash128& topic_identity,
                               std::uint32_t partition)
    : directory_(std::move(directory)),
      plan_(plan),
      topic_identity_(topic_identity),
      partition_(partition) {}

std::string LocalPartition::name() const {
    return plan_.name + " partition " + std::to_string(partition_);
}

std::filesystem::path LocalPartition::segment_path(std::int64_t base_offset) const {
    return directory_ / segment_name(base_offset);
}

Result<std::vector<std::int64_t>> LocalPartition::segments() const {
    std::error_code error;
    std::vector<std::int64_t> bases;
    std::filesystem::directory_iterator entry(directory_, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        if (const auto base = segment_base(entry->path().filename().string())) {
            bases.push_back(*base);
        }
    }
    if (error) {
        return system_error("list", directory_, error.value());
    }
    std::ranges::sort(bases);
    return bases;
}

Error LocalPartition::segments_lost(std::int64_t acknowledged) const {
    return damage(
        segment_path(0), 0,
        std::to_string(acknowledged) + " records were acknowledged, but no segment is left");
}

Result<Extent> LocalPartition::extent() {
    FISCUS_ASSIGN(const std::int64_t last, end());
    FISCUS_ASSIGN(const std::vector<std::int64_t> bases, segments());
    if (bases.empty() && last > 0) {
        return segments_lost(last);
    }
    return Extent{.first = bases.empty() ? last : std::min(bases.front(), last), .end = last};
}

Result<std::int64_t> LocalPartition::end() {
    const std::lock_guard guard(mutex_);
    return written_end_ ? Result<std::int64_t>(*written_end_) : stored_end();
}

Result<std::int64_t> LocalPartition::end_beyond(std::int64_t offset, Deadline deadline) {
    std::unique_lock guard(mutex_);
    for (;;) {
        const bool written_here = written_end_.has_value();
        std::int64_t last = written_end_.value_or(0);
        if (!written_here) {
            FISCUS_ASSIGN(last, stored_end());
        }
        const auto now = std::chrono::steady_clock::now();
        if (last > offset || now >= deadline) {
            return last;
        }
        // A writer of this process notifies; one of another process has to be looked for.
        moved_.wait_until(guard, written_here ? deadline : std::min(deadline, now + poll_interval));
    }
}

Result<std::optional<std::int64_t>> LocalPartition::acknowledged() {
    const std::lock_guard guard(mutex_);
    return read_acknowledged();
}

Result<std::optional<std::int64_t>> LocalPartition::read_acknowledged() {
    const auto path = acknowledged_path(directory_);
    if (!acknowledged_file_.open()) {
        FISCUS_ASSIGN(std::optional<FileDescriptor> file, open_existing(path));
        if (!file) {
            return std::optional<std::int64_t>();
        }
        acknowledged_file_ = std::move(*file);
    }
    for (int look = 0; look < acknowledged_looks_max; ++look) {
        AcknowledgedBytes bytes{};
        FISCUS_ASSIGN(const std::size_t count, read_at(acknowledged_file_, bytes, 0, path));
        if (count == bytes.size()) {
            if (const auto end = decode_acknowledged(bytes)) {
                return end;
            }
        }
    }
    return std::optional<std::int64_t>();
}

Result<std::int64_t> LocalPartition::stored_end() {
    return readable_end([this] { return read_acknowledged(); }, [this] { return scanned_end(); });
}

// Without the acknowledged file (an incomplete copy, say) whole frames are the only evidence.
Result<std::int64_t> LocalPartition::scanned_end() {
    FISCUS_ASSIGN(const std::vector<std::int64_t> bases, segments());
    if (bases.empty()) {
        return std::int64_t{0};
    }
    const auto path = segment_path(bases.back());
    FISCUS_ASSIGN(const FileDescriptor file, open_file(path, O_RDONLY));
    FISCUS_ASSIGN(const std::uint64_t bytes, file_size(file, path));
    if (bases.back() == scanned_base_ && bytes == scanned_bytes_) {
        return scanned_end_;
    }
    FISCUS_ASSIGN(const SegmentHeader header, read_header(file, path, bases.back()));
    FISCUS_ASSIGN(const SegmentScan scan, scan_segment(file, path, header, header.base_offset));
    scanned_base_ = bases.back();
    scanned_bytes_ = bytes;
    scanned_end_ = scan.end_offset;
    return scanned_end_;
}

Result<SegmentHeader> LocalPartition::read_header(const FileDescriptor& file,
                                                  const std::filesystem::path& path,
                                                  std::int64_t base_offset) const {
    std::array<std::byte, segment_header_bytes> bytes{};
    FISCUS_ASSIGN(const std::size_t count, read_at(file, bytes, 0, path));
    const auto header = decode_segment_header(Bytes(bytes).first(count));
    if (!header) {
        return damage(path, 0, "the header of the segment is not whole");
    }
    if (header->partition != partition_ || header->base_offset != base_offset ||
        header->topic_identity != topic_identity_) {
        return damage(path, 0, "the segment belongs to another topic, partition or offset");
    }
    return *header;
}

Status LocalPartition::lock() {
    const std::lock_guard guard(mutex_);
    // The holder's number is for people.
    const auto path = directory_ / "lock";
    FISCUS_ASSIGN(FileDescriptor directory, open_file(directory_, O_RDONLY | O_DIRECTORY));
    const bool free = ::flock(directory.number(), LOCK_EX | LOCK_NB) == 0;
    const int why = errno;
    FISCUS_ASSIGN(const FileDescriptor file, open_file(path, O_RDWR | O_CREAT));
    if (!free) {
        if (why != EWOULDBLOCK) {
            return system_error("lock", directory_, why);
        }
        std::array<char, 24> holder{};
        const auto count = read_at(file, std::as_writable_bytes(std::span(holder)), 0, path);
        const std::string process(holder.data(), count.ok() ? count.value() : 0);
        return Error{
            .code = ErrorCode::fenced,
            .what = "cannot write " + name() + " in " + directory_.string(),
            .why = "process " + (process.empty() ? "unknown" : process) + " holds it for writing",
            .hint = "Only one writer may hold a partition: stop the other one first."};
    }
    const std::string process = std::to_string(::getpid());
    FISCUS_TRY(cut_file(file, 0, path));
    FISCUS_TRY(write_at(file, as_byte_span(process), 0, path));
    locked_ = std::move(directory);
    return Done{};
}

void LocalPartition::unlock() {
    const std::lock_guard guard(mutex_);
    written_end_.reset();
    locked_ = FileDescriptor();
    moved_.notify_all();
}

Status LocalPartition::acknowledge(std::int64_t end) {
    const std::lock_guard guard(mutex_);
    FISCUS_CHECK(locked_.open(), "only the writer of a partition acknowledges");
    const auto path = acknowledged_path(directory_);
    if (!written_end_) {
        FISCUS_ASSIGN(acknowledged_file_, open_file(path, O_RDWR | O_CREAT));
    }
    // Not synced: written after the records were, so whatever the disk keeps of it is never too
    // much.
    FISCUS_TRY(write_at(acknowledged_file_, encode_acknowledged(end), 0, path));
    written_end_ = end;
    moved_.notify_all();
    return Done{};
}

}  // namespace fiscus::log

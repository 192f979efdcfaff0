#include "engine/log/local_writer.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "engine/base/kill_point.h"
#include "engine/base/last_word.h"
#include "engine/log/record_rules.h"

namespace fiscus::log {
namespace {

Result<std::uint32_t> random_salt(const std::filesystem::path& path) {
    std::uint32_t salt = 0;
    if (::getentropy(&salt, sizeof salt) != 0) {
        return system_error("draw a salt for", path, errno);
    }
    return salt;
}

// The segment at the end of the partition, checked and ready to go on.
struct Tail {
    FileDescriptor file;
    std::filesystem::path path;
    std::uint32_t salt = 0;
    std::uint64_t position = segment_header_bytes;
    std::int64_t next_offset = 0;
};

// It appears under its name with its header whole: a reader in another process that looked between
// the two took the segment for damaged.
Result<Tail> create_segment(const LocalPartition& partition, std::int64_t base_offset) {
    Tail tail;
    tail.path = partition.segment_path(base_offset);
    tail.next_offset = base_offset;
    FISCUS_ASSIGN(tail.salt, random_salt(tail.path));
    const std::filesystem::path draft = tail.path.string() + ".draft";
    std::error_code failed;
    std::filesystem::remove(draft, failed);
    if (failed) {
        return system_error("remove", draft, failed.value());
    }
    FISCUS_ASSIGN(tail.file, open_file(draft, O_RDWR | O_CREAT | O_EXCL));
    const auto header = encode_segment_header({.partition = partition.number(),
                                               .base_offset = base_offset,
                                               .topic_identity = partition.topic_identity(),
                                               .salt = tail.salt});
    if (Status written = write_at(tail.file, header, 0, draft); !written.ok()) {
        std::filesystem::remove(draft, failed);
        return std::move(written).error();
    }
    FISCUS_KILL_POINT("after a segment's draft, before it has its name");
    FISCUS_ASSIGN(const bool linked, link_draft(draft, tail.path));
    if (!linked) {
        return system_error("create", tail.path, EEXIST);
    }
    FISCUS_TRY(sync_directory(partition.directory()));
    return tail;
}

// A segment whose creation was cut short holds nothing that anybody was told about.
Result<Tail> recreate_segment(const LocalPartition& partition, std::int64_t base_offset) {
    const auto path = partition.segment_path(base_offset);
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) {
        return system_error("remove", path, error.value());
    }
    return create_segment(partition, base_offset);
}

// Where the tail is not vouched for by the acknowledged file: is there a whole frame behind the
// damage?
Result<bool> whole_frame_behind(const Tail& tail, std::uint64_t from, std::uint64_t file_bytes) {
    std::vector<std::uint64_t> memory(static_cast<std::size_t>(file_bytes - from) / 8 + 1);
    const auto room = std::as_writable_bytes(std::span(memory));
    FISCUS_ASSIGN(const std::size_t count, read_at(tail.file, room, from, tail.path));
    const Bytes bytes = Bytes(room).first(count);
    for (std::size_t at = 8; at + frame_header_bytes <= bytes.size(); at += 8) {
        const auto frame = decode_frame_header(bytes.subspan(at));
        if (frame && frame->length <= bytes.size() - at &&
            frame_intact(*frame, bytes.subspan(at, frame->length), tail.salt)) {
            return true;
        }
    }
    return false;
}

// Frames behind the last acknowledgement may be in the page cache only, and after a failed sync the
// kernel calls such pages clean: writing the same bytes again makes the next sync mean something.
Status rewrite(const Tail& tail, std::uint64_t from, std::uint64_t to) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(to - from));
    FISCUS_ASSIGN(const std::size_t count, read_at(tail.file, bytes, from, tail.path));
    if (count != bytes.size()) {
        return damage(tail.path, from + count, "the file shrank while it was being opened");
    }
    return write_at(tail.file, bytes, from, tail.path);
}

Result<Tail> recover_segment(LocalPartition& partition, std::int64_t base_offset) {
    FISCUS_ASSIGN(const std::optional<std::int64_t> acknowledged, partition.acknowledged());
    Tail tail;
    tail.path = partition.segment_path(base_offset);
    FISCUS_ASSIGN(tail.file, open_file(tail.path, O_RDWR));
    auto header = partition.read_header(tail.file, tail.path, base_offset);
    if (!header.ok()) {
        FISCUS_ASSIGN(const std::uint64_t bytes, file_size(tail.file, tail.path));
        const bool nothing_lost =
            acknowledged ? *acknowledged <= base_offset : bytes <= segment_header_bytes;
        if (header.error().code != ErrorCode::corrupt || !nothing_lost) {
            return std::move(header).error();
        }
        return recreate_segment(partition, base_offset);
    }
    tail.salt = header->salt;
    const std::int64_t known = acknowledged.value_or(base_offset);
    FISCUS_ASSIGN(const SegmentScan scan, scan_segment(tail.file, tail.path, *header, known));
    if (scan.end_offset < known) {
        return damage(tail.path, scan.end_position,
                      "records " + std::to_string(scan.end_offset) + " to " +
                          std::to_string(known - 1) +
                          " were acknowledged, and from here on the file is cut or not what was "
                          "written (the frame is not whole, or its checksum is wrong)");
    }
    if (scan.end_position < scan.file_bytes) {
        if (!acknowledged) {
            FISCUS_ASSIGN(const bool behind,
                          whole_frame_behind(tail, scan.end_position, scan.file_bytes));
            if (behind) {
                return damage(tail.path, scan.end_position, "whole frames follow a damaged one");
            }
        }
        FISCUS_TRY(cut_file(tail.file, scan.end_position, tail.path));
    }
    FISCUS_TRY(rewrite(tail, scan.known_position, scan.end_position));
    FISCUS_TRY(sync_file(tail.file, tail.path));
    tail.position = scan.end_position;
    tail.next_offset = scan.end_offset;
    return tail;
}

Result<Tail> open_tail(LocalPartition& partition) {
    FISCUS_ASSIGN(const std::vector<std::int64_t> bases, partition.segments());
    if (!bases.empty()) {
        FISCUS_ASSIGN(Tail tail, recover_segment(partition, bases.back()));
        FISCUS_TRY(sync_directory(partition.directory()));
        return tail;
    }
    FISCUS_ASSIGN(const std::optional<std::int64_t> acknowledged, partition.acknowledged());
    if (acknowledged.value_or(0) > 0) {
        return partition.segments_lost(*acknowledged);
    }
    return create_segment(partition, 0);
}

// Holds the partition's lock; a value, so that a failed opening gives it back.
class WriterLock {
public:
    explicit WriterLock(LocalPartition& partition) : partition_(&partition) {}
    WriterLock(WriterLock&& other) noexcept
        : partition_(std::exchange(other.partition_, nullptr)) {}
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;
    WriterLock& operator=(WriterLock&&) = delete;
    ~WriterLock() {
        if (partition_ != nullptr) {
            partition_->unlock();
        }
    }

private:
    LocalPartition* partition_;
};

class LocalWriter final : public Writer {
public:
    LocalWriter(LocalPartition& partition,
                WriterLock lock,
                Tail tail,
                std::uint64_t segment_bytes_max)
        : partition_(partition),
          lock_(std::move(lock)),
          tail_(std::move(tail)),
          segment_bytes_max_(segment_bytes_max),
          next_offset_(tail_.next_offset),
          frame_(frame_bytes_target + frame_bytes_target / 4) {}

    Status append(std::span<const NewRecord> records) override;
    Result<std::int64_t> sync() override;

private:
    Status append_all(std::span<const NewRecord> records);
    Status append_one(const NewRecord& record);
    Status write_frame();
    Status check_segment() const;
    Status sync_all();
    std::byte* room(std::size_t bytes);
    static std::byte* put_part(std::byte* at, Bytes part);

    LocalPartition& partition_;
    WriterLock lock_;
    Tail tail_;
    const std::uint64_t segment_bytes_max_;
    // Of the next record; tail_.next_offset is that of the first record in the open frame.
    std::int64_t next_offset_;
    // The open frame: the first frame_used_ bytes of frame_, none when it has no record.
    std::vector<std::byte> frame_;
    std::size_t frame_used_ = 0;
    bool unsynced_ = false;
    LastWord last_word_;
};

std::byte* LocalWriter::room(std::size_t bytes) {
    if (frame_.size() - frame_used_ < bytes) {
        frame_.resize(frame_used_ + bytes);
    }
    return frame_.data() + frame_used_;
}

std::byte* LocalWriter::put_part(std::byte* at, Bytes part) {
    if (part.empty()) {
        return at;
    }
    // The last word first: it clears the padding, then the bytes overwrite the front of it.
    const std::size_t bytes = padded(part.size());
    std::memset(at + bytes - 8, 0, 8);
    std::memcpy(at, part.data(), part.size());
    return at + bytes;
}

Status LocalWriter::append_one(const NewRecord& record) {
    const Bytes key = record.key_is_null ? Bytes() : record.key;
    const Bytes value = record.value_is_null ? Bytes() : record.value;
    FISCUS_TRY(check_record(record, partition_.plan()));
    const std::size_t bytes = record_header_bytes + padded(key.size()) + padded(value.size());
    if (frame_used_ == 0) {
        room(frame_header_bytes);
        frame_used_ = frame_header_bytes;
    }
    std::byte* at = room(bytes);
    const std::int64_t timestamp_ms = record_timestamp_ms(record);
    const auto key_length = record.key_is_null ? -1 : static_cast<std::int32_t>(key.size());
    const auto value_length = record.value_is_null ? -1 : static_cast<std::int32_t>(value.size());
    std::memcpy(at, &timestamp_ms, 8);
    std::memcpy(at + 8, &key_length, 4);
    std::memcpy(at + 12, &value_length, 4);
    put_part(put_part(at + record_header_bytes, key), value);
    frame_used_ += bytes;
    ++next_offset_;
    return Done{};
}

Status LocalWriter::append(std::span<const NewRecord> records) {
    return last_word_.unless_failed([&] { return append_all(records); });
}

Status LocalWriter::append_all(std::span<const NewRecord> records) {
    for (const NewRecord& record : records) {
        FISCUS_TRY(append_one(record));
        if (frame_used_ >= frame_bytes_target) {
            FISCUS_TRY(write_frame());
        }
    }
    return Done{};
}

Status LocalWriter::write_frame() {
    if (frame_used_ == 0) {
        return Done{};
    }
    if (tail_.position > segment_header_bytes &&
        tail_.position + frame_used_ > segment_bytes_max_) {
        // Only the last segment may ever end in something half done.
        FISCUS_TRY(sync_file(tail_.file, tail_.path));
        FISCUS_ASSIGN(tail_, create_segment(partition_, tail_.next_offset));
    }
    const auto frame = std::span(frame_).first(frame_used_);
    seal_frame(frame, static_cast<std::uint32_t>(next_offset_ - tail_.next_offset),
               tail_.next_offset, tail_.salt);
    // Behind what was cut a hole would come, which the size does not tell any more.
    FISCUS_TRY(check_segment());
    FISCUS_TRY(write_at(tail_.file, frame, tail_.position, tail_.path));
    FISCUS_KILL_POINT("after a frame is written, before its sync");
    tail_.position += frame_used_;
    tail_.next_offset = next_offset_;
    frame_used_ = 0;
    unsynced_ = true;
    return Done{};
}

// What was synced counts for nothing where nobody will find it.
Status LocalWriter::check_segment() const {
    FISCUS_ASSIGN(const bool there, names(tail_.path, tail_.file));
    FISCUS_ASSIGN(const std::uint64_t bytes, file_size(tail_.file, tail_.path));
    if (!there || bytes != tail_.position) {
        return damage(tail_.path, std::min(bytes, tail_.position),
                      there ? "something else wrote to it or cut it while it was being written"
                            : "it was removed or replaced while it was being written");
    }
    return Done{};
}

Status LocalWriter::sync_all() {
    FISCUS_TRY(write_frame());
    if (!unsynced_) {
        return Done{};
    }
    FISCUS_TRY(sync_file(tail_.file, tail_.path));
    FISCUS_TRY(check_segment());
    FISCUS_KILL_POINT("after a sync, before its acknowledgement");
    FISCUS_TRY(partition_.acknowledge(next_offset_));
    FISCUS_KILL_POINT("after an acknowledgement");
    unsynced_ = false;
    return Done{};
}

Result<std::int64_t> LocalWriter::sync() {
    FISCUS_TRY(last_word_.unless_failed([this] { return sync_all(); }));
    return next_offset_;
}

}  // namespace

Result<std::unique_ptr<Writer>> open_local_writer(LocalPartition& partition,
                                                  std::uint64_t segment_bytes_max) {
    FISCUS_TRY(partition.lock());
    WriterLock lock(partition);
    FISCUS_ASSIGN(Tail tail, open_tail(partition));
    FISCUS_TRY(partition.acknowledge(tail.next_offset));
    return std::unique_ptr<Writer>(std::make_unique<LocalWriter>(
        partition, std::move(lock), std::move(tail), segment_bytes_max));
}

}  // namespace fiscus::log

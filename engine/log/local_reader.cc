#include "engine/log/local_reader.h"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "engine/log/record_rules.h"

namespace fiscus::log {
namespace {

// One read of the disk: two full frames.
constexpr std::size_t load_bytes = 2 * frame_bytes_target;
// While looking for an offset only headers matter, and frames may be long.
constexpr std::size_t search_bytes = 1U << 16;

class LocalReader final : public Reader {
public:
    LocalReader(LocalPartition& partition, std::int64_t offset)
        : partition_(partition), next_offset_(offset) {}

    Result<std::span<const Record>> read(std::size_t records_max,
                                         std::chrono::milliseconds wait) override;
    Status seek(std::int64_t offset) override;
    [[nodiscard]] std::int64_t position() const override { return next_offset_; }

private:
    Status open_segment(std::int64_t base_offset);
    Status find_position();
    Status load(std::size_t wanted, std::size_t bytes);
    // False: the frame is not in memory, and loading it would move records already taken.
    Result<bool> open_frame(bool may_load);
    Status take_records(std::size_t records_max);
    Error mismatch(std::int64_t end);
    void leave_segment();

    [[nodiscard]] Bytes loaded() const {
        const auto bytes = std::as_bytes(std::span(memory_)).first(loaded_bytes_);
        return bytes.subspan(static_cast<std::size_t>(position_ - loaded_from_));
    }

    LocalPartition& partition_;
    std::int64_t next_offset_;
    // Acknowledged end of the partition when it was looked at last.
    std::int64_t end_ = 0;

    FileDescriptor file_;
    std::filesystem::path path_;
    std::uint32_t salt_ = 0;
    // Of the next frame to open.
    std::uint64_t position_ = 0;
    std::int64_t frame_base_ = 0;

    // Bytes of the file from loaded_from_ on; words, so that they are aligned as in the file. Only
    // frames that were acknowledged when they were loaded may be used: others may have changed
    // since.
    std::vector<std::uint64_t> memory_;
    std::size_t loaded_bytes_ = 0;
    std::uint64_t loaded_from_ = 0;
    std::int64_t loaded_end_ = 0;

    // The open frame, what is left in it and where that begins.
    Bytes frame_;
    std::uint64_t frame_position_ = 0;
    std::size_t frame_taken_ = 0;
    std::uint32_t frame_left_ = 0;
    std::vector<Record> records_;
};

Error LocalReader::mismatch(std::int64_t end) {
    const auto extent = partition_.extent();
    return outside_extent(partition_.name(), next_offset_,
                          extent.ok() ? extent.value() : Extent{.first = 0, .end = end});
}

void LocalReader::leave_segment() {
    file_ = FileDescriptor();
    frame_left_ = 0;
    loaded_bytes_ = 0;
    loaded_from_ = position_ = 0;
}

Status LocalReader::seek(std::int64_t offset) {
    FISCUS_ASSIGN(const Extent extent, partition_.extent());
    if (offset < extent.first || offset > extent.end) {
        return outside_extent(partition_.name(), offset, extent);
    }
    next_offset_ = offset;
    leave_segment();
    return Done{};
}

Result<std::span<const Record>> LocalReader::read(std::size_t records_max,
                                                  std::chrono::milliseconds wait) {
    records_.clear();
    if (next_offset_ >= end_) {
        const auto deadline = std::chrono::steady_clock::now() + wait;
        FISCUS_ASSIGN(end_, partition_.end_beyond(next_offset_, deadline));
        if (next_offset_ > end_) {
            return mismatch(end_);
        }
    }
    while (records_.size() < records_max && next_offset_ < end_) {
        if (frame_left_ == 0) {
            FISCUS_ASSIGN(const bool opened, open_frame(records_.empty()));
            if (!opened) {
                break;
            }
        }
        FISCUS_TRY(take_records(records_max));
    }
    return std::span<const Record>(records_);
}

Status LocalReader::open_segment(std::int64_t base_offset) {
    path_ = partition_.segment_path(base_offset);
    FISCUS_ASSIGN(std::optional<FileDescriptor> file, open_existing(path_));
    if (!file) {
        return damage(path_, 0,
                      "the segment is missing, but records from " + std::to_string(base_offset) +
                          " on were acknowledged");
    }
    file_ = std::move(*file);
    FISCUS_ASSIGN(const SegmentHeader header, partition_.read_header(file_, path_, base_offset));
    salt_ = header.salt;
    position_ = loaded_from_ = segment_header_bytes;
    loaded_bytes_ = 0;
    frame_base_ = base_offset;
    return Done{};
}

// Opens the segment that holds next_offset_ and goes to the frame with it, header by header.
Status LocalReader::find_position() {
    FISCUS_ASSIGN(const std::vector<std::int64_t> bases, partition_.segments());
    const auto after = std::ranges::upper_bound(bases, next_offset_);
    if (after == bases.begin()) {
        return mismatch(end_);
    }
    FISCUS_TRY(open_segment(*std::prev(after)));
    for (;;) {
        FISCUS_TRY(load(frame_header_bytes, search_bytes));
        if (loaded().size() < frame_header_bytes) {
            // The loop that follows says what is wrong, if anything.
            return Done{};
        }
        const auto frame = decode_frame_header(loaded());
        if (!frame || frame->base_offset != frame_base_ ||
            frame->base_offset + frame->count > next_offset_) {
            return Done{};
        }
        frame_base_ += frame->count;
        position_ += frame->length;
        if (position_ > loaded_from_ + loaded_bytes_) {
            loaded_from_ = position_;
            loaded_bytes_ = 0;
        }
    }
}

// Makes at least `wanted` bytes from position_ on available, unless the file ends before.
Status LocalReader::load(std::size_t wanted, std::size_t bytes) {
    if (loaded().size() >= wanted && frame_base_ < loaded_end_) {
        return Done{};
    }
    const std::size_t words = (std::max(wanted, bytes) + 7) / 8;
    if (memory_.size() < words) {
        memory_ = std::vector<std::uint64_t>(words);
    }
    const auto room = std::as_writable_bytes(std::span(memory_)).first(words * 8);
    loaded_bytes_ = 0;
    loaded_from_ = position_;
    FISCUS_ASSIGN(loaded_bytes_, read_at(file_, room, position_, path_));
    loaded_end_ = end_;
    return Done{};
}

Result<bool> LocalReader::open_frame(bool may_load) {
    const auto here = [&](std::size_t wanted) {
        return file_.open() && loaded().size() >= wanted && frame_base_ < loaded_end_;
    };
    if (!may_load && !here(frame_header_bytes)) {
        return false;
    }
    if (!file_.open()) {
        FISCUS_TRY(find_position());
    }
    FISCUS_TRY(load(frame_header_bytes, load_bytes));
    if (loaded().empty()) {
        // The segment ends here, so the records acknowledged behind it are in the next one.
        FISCUS_TRY(open_segment(frame_base_));
        FISCUS_TRY(load(frame_header_bytes, load_bytes));
    }
    if (loaded().size() < frame_header_bytes) {
        return damage(path_, position_, "the file ends inside a frame that was acknowledged");
    }
    const auto frame = decode_frame_header(loaded());
    if (!frame || frame->base_offset != frame_base_) {
        return damage(path_, position_,
                      "there is no frame with offset " + std::to_string(frame_base_));
    }
    if (!may_load && !here(frame->length)) {
        return false;
    }
    FISCUS_TRY(load(frame->length, load_bytes));
    if (loaded().size() < frame->length) {
        return damage(path_, position_, "the file ends inside a frame that was acknowledged");
    }
    frame_ = loaded().first(frame->length);
    if (!frame_intact(*frame, frame_, salt_)) {
        return damage(path_, position_, "the checksum of the frame is wrong");
    }
    frame_position_ = position_;
    frame_taken_ = frame_header_bytes;
    frame_left_ = frame->count;
    position_ += frame->length;
    return true;
}

Status LocalReader::take_records(std::size_t records_max) {
    while (frame_left_ > 0 && records_.size() < records_max) {
        Record record;
        if (!decode_record(frame_, frame_taken_, frame_base_, record)) {
            return damage(path_, frame_position_ + frame_taken_, "a record leads out of its frame");
        }
        ++frame_base_;
        --frame_left_;
        if (record.offset >= next_offset_) {
            records_.push_back(record);
            next_offset_ = record.offset + 1;
        }
    }
    if (frame_left_ == 0 && frame_taken_ != frame_.size()) {
        return damage(path_, frame_position_ + frame_taken_,
                      "bytes follow the frame's last record");
    }
    return Done{};
}

}  // namespace

Result<std::unique_ptr<Reader>> open_local_reader(LocalPartition& partition, std::int64_t offset) {
    auto reader = std::make_unique<LocalReader>(partition, offset);
    FISCUS_TRY(reader->seek(offset));
    return std::unique_ptr<Reader>(std::move(reader));
}

}  // namespace fiscus::log

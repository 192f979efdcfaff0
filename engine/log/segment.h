// Segments of the local log on disk (docs/formats/local_log.md): a segment header, then frames; a
// frame is one or more records under one checksum. Everything is little-endian and starts at a
// multiple of eight bytes, so values may be read in place. Here are the bytes only: who writes them
// is local_writer.h, who reads them local_reader.h.
// Thread: values and free functions, any. Fails: nothing here touches a file but scan_segment.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/log/file.h"
#include "engine/log/log.h"

namespace fiscus::log {

static_assert(std::endian::native == std::endian::little, "the formats are read in place");

inline constexpr std::size_t segment_header_bytes = 64;
inline constexpr std::size_t frame_header_bytes = 24;
inline constexpr std::size_t record_header_bytes = 16;
// A frame is closed once it holds this much: large enough to amortise a write, small enough to read
// whole. One record may be longer than that.
inline constexpr std::size_t frame_bytes_target = 1U << 20;
// No frame of ours is longer: the target, plus one record of the largest message that a topic
// allows.
inline constexpr std::size_t message_bytes_max = 64U << 20;
inline constexpr std::size_t frame_bytes_max = frame_bytes_target + message_bytes_max + 64;

constexpr std::size_t padded(std::size_t bytes) { return (bytes + 7) & ~std::size_t{7}; }

struct SegmentHeader {
    std::uint32_t partition = 0;
    std::int64_t base_offset = 0;
    Hash128 topic_identity;
    // Random for each segment and the start of every checksum in it: bytes of another segment, left
    // over on the disk or carried in somebody's value, never pass for frames of this one.
    std::uint32_t salt = 0;
};

std::array<std::byte, segment_header_bytes> encode_segment_header(const SegmentHeader& header);
// Nothing: not a header of ours, or damaged.
std::optional<SegmentHeader> decode_segment_header(Bytes bytes);

struct FrameHeader {
    std::uint32_t length = 0;  // whole frame, a multiple of eight
    std::uint32_t crc = 0;
    std::uint32_t count = 0;
    std::int64_t base_offset = 0;
};

// Writes the header, with the checksum of all that follows it, at the front of a frame in memory.
void seal_frame(std::span<std::byte> frame,
                std::uint32_t count,
                std::int64_t base_offset,
                std::uint32_t salt);
// Nothing: these bytes cannot be the start of a frame. Looks at no checksum. Wants
// frame_header_bytes.
std::optional<FrameHeader> decode_frame_header(Bytes bytes);
bool frame_intact(const FrameHeader& header, Bytes frame, std::uint32_t salt);

// Reads the record at `position` of an intact frame and moves past it; false: lengths lead outside.
bool decode_record(Bytes frame, std::size_t& position, std::int64_t offset, Record& record);

// 00000000000000000042.segment and back.
std::string segment_name(std::int64_t base_offset);
std::optional<std::int64_t> segment_base(std::string_view file_name);

// How far the frames of a segment are whole.
struct SegmentScan {
    // Position and record offset after the last whole frame.
    std::uint64_t end_position = segment_header_bytes;
    std::int64_t end_offset = 0;
    // Position after the last frame that ends at or before the offset asked for.
    std::uint64_t known_position = segment_header_bytes;
    std::uint64_t file_bytes = 0;
};

// Checks every frame from the start and stops at the first one that is not whole.
Result<SegmentScan> scan_segment(const FileDescriptor& file,
                                 const std::filesystem::path& path,
                                 const SegmentHeader& header,
                                 std::int64_t known_offset);

}  // namespace fiscus::log

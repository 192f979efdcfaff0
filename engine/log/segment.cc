#include "engine/log/segment.h"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <vector>

namespace fiscus::log {
namespace {

constexpr std::string_view segment_magic = "FISCUSLG";
constexpr std::uint32_t segment_version = 1;
constexpr std::uint32_t frame_magic = 0x464c5346;  // "FSLF"
constexpr std::string_view segment_suffix = ".segment";
constexpr std::size_t segment_digits = 20;

template <typename T>
void put(std::span<std::byte> bytes, std::size_t position, T value) {
    std::memcpy(bytes.data() + position, &value, sizeof value);
}

template <typename T>
T get(Bytes bytes, std::size_t position) {
    T value{};
    std::memcpy(&value, bytes.data() + position, sizeof value);
    return value;
}

// The checksum covers the frame without its own four bytes.
std::uint32_t frame_crc(Bytes frame, std::uint32_t salt) {
    return crc32c(frame.subspan(12), crc32c(frame.first(8), salt));
}

bool take_part(
    Bytes frame, std::size_t& position, std::int32_t length, Bytes& part, bool& is_null) {
    is_null = length < 0;
    if (length < -1) {
        return false;
    }
    const auto bytes = is_null ? std::size_t{0} : static_cast<std::size_t>(length);
    if (padded(bytes) > frame.size() - position) {
        return false;
    }
    part = frame.subspan(position, bytes);
    position += padded(bytes);
    return true;
}

}  // namespace

std::array<std::byte, segment_header_bytes> encode_segment_header(const SegmentHeader& header) {
    std::array<std::byte, segment_header_bytes> bytes{};
    std::memcpy(bytes.data(), segment_magic.data(), segment_magic.size());
    put(bytes, 8, segment_version);
    put(bytes, 12, header.partition);
    put(bytes, 16, header.base_offset);
    put(bytes, 24, header.topic_identity.hi);
    put(bytes, 32, header.topic_identity.lo);
    put(bytes, 40, header.salt);
    put(bytes, 60, crc32c(Bytes(bytes).first(60)));
    return bytes;
}

std::optional<SegmentHeader> decode_segment_header(Bytes bytes) {
    if (bytes.size() < segment_header_bytes ||
        as_text(bytes.first(segment_magic.size())) != segment_magic ||
        get<std::uint32_t>(bytes, 8) != segment_version ||
        get<std::uint32_t>(bytes, 60) != crc32c(bytes.first(60))) {
        return std::nullopt;
    }
    return SegmentHeader{.partition = get<std::uint32_t>(bytes, 12),
                         .base_offset = get<std::int64_t>(bytes, 16),
                         .topic_identity = {.hi = get<std::uint64_t>(bytes, 24),
                                            .lo = get<std::uint64_t>(bytes, 32)},
                         .salt = get<std::uint32_t>(bytes, 40)};
}

void seal_frame(std::span<std::byte> frame,
                std::uint32_t count,
                std::int64_t base_offset,
                std::uint32_t salt) {
    put(frame, 0, frame_magic);
    put(frame, 4, static_cast<std::uint32_t>(frame.size()));
    put(frame, 12, count);
    put(frame, 16, base_offset);
    put(frame, 8, frame_crc(frame, salt));
}

std::optional<FrameHeader> decode_frame_header(Bytes bytes) {
    const FrameHeader header{.length = get<std::uint32_t>(bytes, 4),
                             .crc = get<std::uint32_t>(bytes, 8),
                             .count = get<std::uint32_t>(bytes, 12),
                             .base_offset = get<std::int64_t>(bytes, 16)};
    const bool possible =
        get<std::uint32_t>(bytes, 0) == frame_magic && header.length % 8 == 0 &&
        header.length <= frame_bytes_max && header.count > 0 && header.base_offset >= 0 &&
        header.length >= frame_header_bytes + std::uint64_t{header.count} * record_header_bytes;
    return possible ? std::optional(header) : std::nullopt;
}

bool frame_intact(const FrameHeader& header, Bytes frame, std::uint32_t salt) {
    return frame.size() == header.length && frame_crc(frame, salt) == header.crc;
}

bool decode_record(Bytes frame, std::size_t& position, std::int64_t offset, Record& record) {
    if (frame.size() - position < record_header_bytes) {
        return false;
    }
    const auto timestamp_ms = get<std::int64_t>(frame, position);
    const auto key_length = get<std::int32_t>(frame, position + 8);
    const auto value_length = get<std::int32_t>(frame, position + 12);
    position += record_header_bytes;
    record.offset = offset;
    return !__builtin_mul_overflow(timestamp_ms, std::int64_t{1000}, &record.timestamp_us) &&
           take_part(frame, position, key_length, record.key, record.key_is_null) &&
           take_part(frame, position, value_length, record.value, record.value_is_null);
}

std::string segment_name(std::int64_t base_offset) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%020lld", static_cast<long long>(base_offset));
    return digits + std::string(segment_suffix);
}

std::optional<std::int64_t> segment_base(std::string_view file_name) {
    if (file_name.size() != segment_digits + segment_suffix.size() ||
        !file_name.ends_with(segment_suffix)) {
        return std::nullopt;
    }
    std::int64_t base = 0;
    const char* end = file_name.data() + segment_digits;
    const auto parsed = std::from_chars(file_name.data(), end, base);
    if (parsed.ec != std::errc() || parsed.ptr != end || base < 0) {
        return std::nullopt;
    }
    return base;
}

Result<SegmentScan> scan_segment(const FileDescriptor& file,
                                 const std::filesystem::path& path,
                                 const SegmentHeader& header,
                                 std::int64_t known_offset) {
    SegmentScan scan{.end_offset = header.base_offset};
    FISCUS_ASSIGN(scan.file_bytes, file_size(file, path));
    // As words, so that frames lie in memory as they lie in the file: at multiples of eight.
    std::vector<std::uint64_t> memory(frame_bytes_target / 4);
    std::size_t loaded = 0;
    std::uint64_t loaded_from = segment_header_bytes;
    for (;;) {
        auto available = [&] {
            return std::as_bytes(std::span(memory))
                .first(loaded)
                .subspan(static_cast<std::size_t>(scan.end_position - loaded_from));
        };
        const auto load = [&](std::size_t wanted) -> Status {
            if (available().size() >= wanted) {
                return Done{};
            }
            memory.resize(std::max(memory.size(), wanted / 8 + 1));
            loaded_from = scan.end_position;
            FISCUS_ASSIGN(loaded, read_at(file, std::as_writable_bytes(std::span(memory)),
                                          loaded_from, path));
            return Done{};
        };
        FISCUS_TRY(load(frame_header_bytes));
        if (available().size() < frame_header_bytes) {
            return scan;
        }
        const auto frame = decode_frame_header(available());
        if (!frame || frame->base_offset != scan.end_offset ||
            frame->length > scan.file_bytes - scan.end_position) {
            return scan;
        }
        FISCUS_TRY(load(frame->length));
        if (available().size() < frame->length ||
            !frame_intact(*frame, available().first(frame->length), header.salt)) {
            return scan;
        }
        scan.end_position += frame->length;
        scan.end_offset += frame->count;
        if (scan.end_offset <= known_offset) {
            scan.known_position = scan.end_position;
        }
    }
}

}  // namespace fiscus::log

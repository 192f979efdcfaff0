// Target `segment`: a file of the local log, as a crash, a bad disk or a stranger may leave it. The
// input is whether whole frames are to get their checksums (so that what is behind them is met),
// then frames: how many records each says that it has, its length, its bytes.
// Promises: opening and reading end, with records that lie inside the file, in order; what is
// damaged is told; nothing is read twice.
#include "engine/log/segment.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "engine/log/local_log.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view topic = "fuzz.v1";

// A log of one partition and one segment, whose frames every input replaces. Nobody has
// acknowledged anything, so a reader believes the frames that are whole.
class Directory {
public:
    Directory() {
        auto log = log::open_local_log(directory_.path() / "log", true);
        FISCUS_CHECK(log.ok(), "a log can be made");
        const std::array plans{log::TopicPlan{.name = std::string(topic)}};
        FISCUS_CHECK(log.value()->create(plans).ok(), "a topic can be made");
        auto writer = log.value()->writer(topic, 0);
        FISCUS_CHECK(writer.ok(), "a partition can be written");
        const std::array records{log::NewRecord{.timestamp_us = 1'000, .value = topic_bytes()}};
        FISCUS_CHECK(writer.value()->append(records).ok() && writer.value()->sync().ok(),
                     "a record can be appended");
        find_segment();
    }

    void write(std::string_view frames) const {
        std::ofstream(segment_, std::ios::binary | std::ios::trunc) << header_ << frames;
    }
    [[nodiscard]] fs::path path() const { return directory_.path() / "log"; }
    [[nodiscard]] std::uint32_t salt() const { return salt_; }

private:
    static Bytes topic_bytes() { return as_byte_span(topic); }

    void find_segment() {
        for (const auto& entry : fs::recursive_directory_iterator(path())) {
            if (entry.path().extension() == ".segment") {
                segment_ = entry.path();
            } else if (entry.path().filename() == "acknowledged") {
                acknowledged_ = entry.path();
            }
        }
        FISCUS_CHECK(!segment_.empty() && !acknowledged_.empty(), "a record lies in a segment");
        fs::remove(acknowledged_);
        std::ifstream file(segment_, std::ios::binary);
        header_.resize(log::segment_header_bytes);
        file.read(header_.data(), static_cast<std::streamsize>(header_.size()));
        const auto header = log::decode_segment_header(as_byte_span(header_));
        FISCUS_CHECK(header.has_value(), "a segment has a header");
        salt_ = header->salt;
    }

    support::TemporaryDirectory directory_;
    fs::path segment_;
    fs::path acknowledged_;
    std::string header_;
    std::uint32_t salt_ = 0;
};

// The frames of the input, one after the other.
std::string frames_of(Input& input, std::uint32_t salt) {
    const bool sealed = input.byte() != 0;
    std::string frames;
    std::int64_t base = 0;
    while (!input.empty()) {
        const std::uint32_t count = input.byte();
        const Bytes piece = input.piece();
        if (!sealed) {
            frames += as_text(piece);
            continue;
        }
        std::vector<std::byte> frame(log::frame_header_bytes + log::padded(piece.size()));
        std::ranges::copy(piece, frame.begin() + log::frame_header_bytes);
        log::seal_frame(frame, count, base, salt);
        base += count;
        frames += as_text(frame);
    }
    return frames;
}

void read_all(log::Log& log, std::size_t file_bytes) {
    const auto extent = log.extent(topic, 0);
    if (!extent.ok()) {
        return check_error(extent.error());
    }
    auto reader = log.reader(topic, 0, 0);
    if (!reader.ok()) {
        return check_error(reader.error());
    }
    std::int64_t next = 0;
    std::size_t bytes = 0;
    while (next < extent.value().end) {
        const auto records = reader.value()->read(1'000, std::chrono::milliseconds(0));
        if (!records.ok()) {
            return check_error(records.error());
        }
        FISCUS_CHECK(!records.value().empty(), "what counts can be read");
        for (const log::Record& record : records.value()) {
            FISCUS_CHECK(record.offset == next, "records come in order");
            ++next;
            bytes += record.key.size() + record.value.size() + log::record_header_bytes;
            if (!record.value.empty()) {
                static_cast<void>(xxh3_64(record.key, record.value));
            }
        }
        FISCUS_CHECK(bytes <= file_bytes, "records lie inside of the file");
    }
}

}  // namespace

void fuzz_segment(Bytes bytes) {
    static const Directory directory;
    Input input(bytes);
    const std::string frames = frames_of(input, directory.salt());
    directory.write(frames);
    const auto log = log::open_local_log(directory.path(), false);
    FISCUS_CHECK(log.ok(), "a log whose description is whole opens");
    read_all(*log.value(), frames.size());
}

}  // namespace fiscus::fuzz

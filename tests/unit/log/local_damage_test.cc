// Aim: what an interrupted writer left half done is cut, every other damage stops reader and writer
// with file and byte, and nothing acknowledged is ever lost in silence. Method: a small log is
// written, its files are damaged one way at a time on a copy, then opened.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/segment.h"
#include "tests/unit/log/local_storage.h"

namespace fiscus::log {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::string_view topic = "events.v1";

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void put_bytes(const fs::path& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
}

void flip(const fs::path& path, std::size_t position) {
    std::string bytes = bytes_of(path);
    ASSERT_LT(position, bytes.size());
    bytes[position] = static_cast<char>(bytes[position] ^ 0x10);
    put_bytes(path, bytes);
}

std::unique_ptr<Log> opened(const fs::path& directory, const LocalLogOptions& options = {}) {
    auto log = open_local_log(directory, true, options);
    EXPECT_TRUE(succeeded(log));
    return std::move(log).value();
}

Result<std::int64_t> write(Log& log, const std::vector<std::string>& values) {
    FISCUS_ASSIGN(auto writer, log.writer(topic, 0));
    for (const std::string& value : values) {
        const std::array record{NewRecord{.timestamp_us = 1'760'000'000'000'000,
                                          .key = as_byte_span("17"),
                                          .value = as_byte_span(value)}};
        FISCUS_TRY(writer->append(record));
    }
    return writer->sync();
}

// Everything readable, or the first error.
Result<std::vector<std::string>> read_all(Log& log) {
    FISCUS_ASSIGN(const Extent extent, log.extent(topic, 0));
    FISCUS_ASSIGN(auto reader, log.reader(topic, 0, extent.first));
    std::vector<std::string> values;
    for (;;) {
        FISCUS_ASSIGN(const auto records, reader->read(100, milliseconds(0)));
        if (records.empty()) {
            return values;
        }
        for (const Record& record : records) {
            values.emplace_back(as_text(record.value));
        }
    }
}

// Files of this process end after so many bytes, as on a full disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int);
};

// A log of two acknowledged frames, {"first", "second"} and {"third", "fourth"}; and how the
// partition's files were before the second one.
class LocalDamage : public testing::Test {
protected:
    LocalDamage() {
        auto log = opened(original_.path());
        const std::vector plans{TopicPlan{.name = std::string(topic), .partitions = 2}};
        EXPECT_TRUE(succeeded(log->create(plans)));
        EXPECT_TRUE(succeeded(write(*log, {"first", "second"})));
        acknowledged_before_ = bytes_of(partition(original_.path()) / "acknowledged");
        first_end_ = bytes_of(segment(original_.path())).size();
        EXPECT_TRUE(succeeded(write(*log, {"third", "fourth"})));
        whole_ = bytes_of(segment(original_.path()));
        restore();
    }

    static fs::path partition(const fs::path& directory) { return directory / topic / "0"; }
    static fs::path segment(const fs::path& directory, std::int64_t base = 0) {
        return partition(directory) / segment_name(base);
    }
    [[nodiscard]] fs::path directory() const { return copy_.path() / "log"; }
    [[nodiscard]] fs::path segment() const { return segment(directory()); }
    [[nodiscard]] fs::path acknowledged() const { return partition(directory()) / "acknowledged"; }

    // A fresh copy to damage.
    void restore() const {
        fs::remove_all(directory());
        fs::copy(original_.path(), directory(), fs::copy_options::recursive);
    }
    // As if the second frame had been written but its writer died before the sync came back.
    void forget_second_acknowledgement() const { put_bytes(acknowledged(), acknowledged_before_); }

    void expect_cut_to_first(const std::string& what) const {
        auto log = opened(directory());
        const auto end = write(*log, {"again"});
        ASSERT_TRUE(succeeded(end)) << what;
        EXPECT_EQ(end.value(), 3) << what;
        const auto values = read_all(*log);
        ASSERT_TRUE(succeeded(values)) << what;
        EXPECT_EQ(values.value(), (std::vector<std::string>{"first", "second", "again"})) << what;
    }
    // Both refuse and name the file and the byte where the trouble begins.
    void expect_corrupt(std::size_t position, const std::string& what) const {
        auto log = opened(directory());
        const std::string place = segment().string() + " is damaged at byte ";
        const auto values = read_all(*log);
        ASSERT_TRUE(failed_with(values, ErrorCode::corrupt)) << what;
        EXPECT_NE(values.error().what.find(place), std::string::npos) << values.error().text();
        const auto written = write(*log, {"again"});
        ASSERT_TRUE(failed_with(written, ErrorCode::corrupt)) << what;
        EXPECT_EQ(written.error().what, place + std::to_string(position)) << what;
        EXPECT_FALSE(written.error().hint.empty());
    }

    std::string acknowledged_before_;
    std::string whole_;
    std::size_t first_end_ = 0;

private:
    TemporaryDirectory original_;
    TemporaryDirectory copy_;
};

TEST_F(LocalDamage, AnUnacknowledgedFrameIsCutWhereverItEnds) {
    for (std::size_t size = first_end_; size < whole_.size(); ++size) {
        restore();
        forget_second_acknowledgement();
        fs::resize_file(segment(), size);
        expect_cut_to_first("cut to " + std::to_string(size));
    }
}

TEST_F(LocalDamage, AWholeFrameIsKeptEvenIfItsWriterNeverHeardOfTheSync) {
    forget_second_acknowledgement();
    auto log = opened(directory());
    // Not yet: nobody vouches for it before a writer has synced it.
    EXPECT_EQ(log->extent(topic, 0).value().end, 2);
    const auto end = write(*log, {"fifth"});
    ASSERT_TRUE(succeeded(end));
    EXPECT_EQ(end.value(), 5);
    EXPECT_EQ(read_all(*log).value(),
              (std::vector<std::string>{"first", "second", "third", "fourth", "fifth"}));
}

TEST_F(LocalDamage, AnUnacknowledgedFrameWithAnyByteWrongIsCut) {
    for (std::size_t position = first_end_; position < whole_.size(); ++position) {
        restore();
        forget_second_acknowledgement();
        flip(segment(), position);
        expect_cut_to_first("flipped byte " + std::to_string(position));
    }
}

TEST_F(LocalDamage, AnAcknowledgedFrameWithAnyByteWrongStopsEverybody) {
    for (std::size_t position = segment_header_bytes; position < whole_.size(); ++position) {
        restore();
        flip(segment(), position);
        expect_corrupt(position < first_end_ ? segment_header_bytes : first_end_,
                       "flipped byte " + std::to_string(position));
    }
}

TEST_F(LocalDamage, AnAcknowledgedFrameThatIsCutStopsEverybody) {
    for (std::size_t size = segment_header_bytes; size < whole_.size(); ++size) {
        restore();
        fs::resize_file(segment(), size);
        const std::size_t position = size < first_end_ ? segment_header_bytes : first_end_;
        auto log = opened(directory());
        EXPECT_TRUE(failed_with(read_all(*log), ErrorCode::corrupt)) << size;
        const auto written = write(*log, {"again"});
        ASSERT_TRUE(failed_with(written, ErrorCode::corrupt)) << size;
        EXPECT_NE(written.error().what.find("byte " + std::to_string(position)), std::string::npos)
            << written.error().text();
    }
}

TEST_F(LocalDamage, AWrongSegmentHeaderStopsEverybody) {
    for (std::size_t position = 0; position < segment_header_bytes; ++position) {
        restore();
        flip(segment(), position);
        expect_corrupt(0, "flipped byte " + std::to_string(position));
    }
}

TEST_F(LocalDamage, ASegmentOfAnotherPartitionIsNotTaken) {
    auto log = opened(directory());
    auto writer = log->writer(topic, 1);
    ASSERT_TRUE(succeeded(writer));
    fs::copy_file(directory() / topic / "1" / segment_name(0), segment(),
                  fs::copy_options::overwrite_existing);
    expect_corrupt(0, "segment of partition 1");
}

TEST_F(LocalDamage, BytesBehindTheLastFrameAreCut) {
    const std::string frame = whole_.substr(first_end_);
    const std::vector<std::string> leftovers{
        std::string(8, '\0'), std::string(100'000, '\0'), "x", frame.substr(0, 24),
        // A frame that does not follow: an old one, still whole.
        whole_.substr(segment_header_bytes, first_end_ - segment_header_bytes)};
    for (const std::string& leftover : leftovers) {
        restore();
        put_bytes(segment(), whole_ + leftover);
        auto log = opened(directory());
        EXPECT_EQ(read_all(*log).value().size(), 4U);
        EXPECT_EQ(write(*log, {"fifth"}).value(), 5);
        EXPECT_EQ(read_all(*log).value().size(), 5U);
        EXPECT_EQ(fs::file_size(segment()), whole_.size() + 24 + 16 + 8 + 8);
    }
}

TEST_F(LocalDamage, WithoutTheAcknowledgedFileWholeFramesCount) {
    fs::remove(acknowledged());
    auto log = opened(directory());
    EXPECT_EQ(read_all(*log).value().size(), 4U);
    EXPECT_EQ(write(*log, {"fifth"}).value(), 5);
    EXPECT_EQ(read_all(*log).value().size(), 5U);
}

TEST_F(LocalDamage, ADamagedAcknowledgedFileIsMadeAnew) {
    for (std::size_t position = 0; position < 16; ++position) {
        restore();
        flip(acknowledged(), position);
        auto log = opened(directory());
        EXPECT_EQ(read_all(*log).value().size(), 4U) << position;
        EXPECT_EQ(write(*log, {"fifth"}).value(), 5) << position;
        EXPECT_EQ(log->extent(topic, 0).value().end, 5) << position;
    }
}

TEST_F(LocalDamage, WithoutTheAcknowledgedFileOnlyTheLastFrameMayBeBroken) {
    fs::remove(acknowledged());
    flip(segment(), first_end_ + 30);
    expect_cut_to_first("last frame broken");
    restore();
    fs::remove(acknowledged());
    flip(segment(), segment_header_bytes + 30);
    auto log = opened(directory());
    const auto refused = write(*log, {"again"});
    ASSERT_TRUE(failed_with(refused, ErrorCode::corrupt));
    EXPECT_NE(refused.error().why.find("follow"), std::string::npos) << refused.error().text();
}

TEST_F(LocalDamage, APartitionWithoutAnySegmentIsNoEmptyOne) {
    fs::remove(segment());
    auto log = opened(directory());
    const auto extent = log->extent(topic, 0);
    ASSERT_TRUE(failed_with(extent, ErrorCode::corrupt));
    EXPECT_NE(extent.error().text().find("4 records were acknowledged, but no segment is left"),
              std::string::npos)
        << extent.error().text();
}

TEST_F(LocalDamage, AMissingSegmentIsNamed) {
    fs::remove(segment());
    auto log = opened(directory());
    const auto refused = write(*log, {"again"});
    ASSERT_TRUE(failed_with(refused, ErrorCode::corrupt));
    EXPECT_NE(refused.error().what.find(segment().string()), std::string::npos);
    EXPECT_TRUE(failed_with(log->reader(topic, 0, 0), ErrorCode::corrupt));
}

TEST_F(LocalDamage, ASegmentWhoseCreationWasCutShortIsMadeAnew) {
    const fs::path next = segment(directory(), 4);
    const std::string header = whole_.substr(0, segment_header_bytes);
    for (const std::string& begun : {std::string(), header.substr(0, 20), std::string(64, '\0')}) {
        restore();
        put_bytes(next, begun);
        auto log = opened(directory());
        EXPECT_EQ(read_all(*log).value().size(), 4U);
        EXPECT_EQ(write(*log, {"fifth"}).value(), 5);
        EXPECT_EQ(read_all(*log).value().size(), 5U);
    }
}

TEST_F(LocalDamage, RecordsThatLeadOutOfAnIntactFrameAreDamage) {
    const auto header = decode_segment_header(as_byte_span(whole_));
    ASSERT_TRUE(header.has_value());
    // Bytes of the first record: time 0–7, key length 8–11, value length 12–15.
    const std::vector<std::function<void(std::span<std::byte>)>> changes{
        [](auto record) { record[12] = std::byte{200}; },
        [](auto record) { record[15] = std::byte{0x7f}; },
        [](auto record) { record[11] = std::byte{0xfe}; },
        [](auto record) { record[8] = std::byte{100}; },
        [](auto record) { record[7] = std::byte{0x7f}; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        restore();
        std::string bytes = whole_;
        const auto frame = std::as_writable_bytes(std::span(bytes)).subspan(first_end_);
        changes[i](frame.subspan(frame_header_bytes, record_header_bytes));
        seal_frame(frame, 2, 2, header->salt);
        put_bytes(segment(), bytes);
        auto log = opened(directory());
        EXPECT_TRUE(failed_with(read_all(*log), ErrorCode::corrupt)) << "change " << i;
    }
}

TEST_F(LocalDamage, AFrameWithMoreBytesThanItsRecordsIsDamage) {
    const auto header = decode_segment_header(as_byte_span(whole_));
    std::string bytes = whole_;
    const auto frame = std::as_writable_bytes(std::span(bytes)).subspan(first_end_);
    seal_frame(frame, 1, 2, header->salt);
    put_bytes(segment(), bytes);
    auto log = opened(directory());
    EXPECT_TRUE(failed_with(read_all(*log), ErrorCode::corrupt));
}

TEST_F(LocalDamage, ATopicThatCannotBeReadIsNotTakenForMissing) {
    const fs::path description = directory() / topic / "topic.json";
    const std::string text = bytes_of(description);
    for (const std::string& bad : {std::string("{"), std::string("[]"), text.substr(0, 40),
                                   std::string(R"({"format":2})"), std::string()}) {
        put_bytes(description, bad);
        auto log = opened(directory());
        EXPECT_TRUE(failed_with(log->describe(topic), ErrorCode::corrupt)) << bad;
        EXPECT_TRUE(failed_with(log->writer(topic, 0), ErrorCode::corrupt)) << bad;
    }
}

TEST_F(LocalDamage, ADirectoryWithoutIdentityIsNotALog) {
    fs::remove(directory() / "identity");
    const auto missing = open_local_log(directory(), false);
    ASSERT_TRUE(failed_with(missing, ErrorCode::not_found));
    EXPECT_NE(missing.error().text().find(directory().string()), std::string::npos);
    put_bytes(directory() / "identity", "");
    EXPECT_TRUE(failed_with(open_local_log(directory(), true), ErrorCode::corrupt));
}

TEST_F(LocalDamage, AReaderNoticesThatTheLogGotShorter) {
    auto log = opened(directory());
    auto reader = log->reader(topic, 0, 4);
    ASSERT_TRUE(succeeded(reader));
    forget_second_acknowledgement();
    EXPECT_TRUE(failed_with((*reader)->read(10, milliseconds(0)), ErrorCode::log_mismatch));
}

// Several segments: what holds for the last one must hold for the ones before it.
class LocalSegments : public testing::Test {
protected:
    LocalSegments() {
        log_ = opened(directory_.path(), {.segment_bytes_max = 250});
        const std::vector plans{TopicPlan{.name = std::string(topic)}};
        EXPECT_TRUE(succeeded(log_->create(plans)));
        for (int i = 0; i < 12; ++i) {
            EXPECT_TRUE(succeeded(write(*log_, {"value " + std::to_string(i)})));
        }
        for (const auto& entry : fs::directory_iterator(directory_.path() / topic / "0")) {
            if (segment_base(entry.path().filename().string())) {
                segments_.push_back(entry.path());
            }
        }
        std::ranges::sort(segments_);
    }

    TemporaryDirectory directory_;
    std::unique_ptr<Log> log_;
    std::vector<fs::path> segments_;
};

TEST_F(LocalSegments, AreReadAsOneLogFromAnyOffset) {
    ASSERT_GE(segments_.size(), 3U);
    for (std::int64_t offset = 0; offset <= 12; ++offset) {
        auto reader = log_->reader(topic, 0, offset);
        ASSERT_TRUE(succeeded(reader));
        std::int64_t next = offset;
        while (next < 12) {
            const auto records = (*reader)->read(5, milliseconds(0));
            ASSERT_TRUE(succeeded(records));
            ASSERT_FALSE(records.value().empty());
            for (const Record& record : records.value()) {
                EXPECT_EQ(record.offset, next);
                EXPECT_EQ(as_text(record.value), "value " + std::to_string(next));
                ++next;
            }
        }
    }
}

TEST_F(LocalSegments, AMissingOneInTheMiddleIsNamed) {
    fs::remove(segments_[1]);
    const auto values = read_all(*log_);
    ASSERT_TRUE(failed_with(values, ErrorCode::corrupt));
    EXPECT_NE(values.error().what.find(segments_[1].string()), std::string::npos)
        << values.error().text();
}

TEST_F(LocalSegments, ACutOneInTheMiddleIsNamed) {
    fs::resize_file(segments_[1], fs::file_size(segments_[1]) - 1);
    const auto values = read_all(*log_);
    ASSERT_TRUE(failed_with(values, ErrorCode::corrupt));
    EXPECT_NE(values.error().what.find(segments_[1].string()), std::string::npos)
        << values.error().text();
}

TEST_F(LocalSegments, MissingOnesAtTheFrontMoveTheExtent) {
    const auto base = segment_base(segments_[1].filename().string());
    fs::remove(segments_[0]);
    const auto extent = log_->extent(topic, 0);
    ASSERT_TRUE(succeeded(extent));
    EXPECT_EQ(extent.value().first, base.value());
    EXPECT_EQ(extent.value().end, 12);
    EXPECT_TRUE(failed_with(log_->reader(topic, 0, 0), ErrorCode::log_mismatch));
}

// A process that reads while another one begins the log finds no segment, or a whole header.
TEST(SegmentCreation, ASegmentAppearsWholeOrNotAtAll) {
    const TemporaryDirectory temporary;
    auto log = opened(temporary.path());
    const std::vector plans{TopicPlan{.name = std::string(topic), .partitions = 1}};
    ASSERT_TRUE(succeeded(log->create(plans)));
    {
        // The system stops a header of 64 bytes after 16.
        const FileSizeLimit limit(16);
        EXPECT_FALSE(log->writer(topic, 0).ok());
    }
    for (const auto& entry : fs::recursive_directory_iterator(temporary.path())) {
        EXPECT_NE(entry.path().extension(), ".segment") << entry.path();
        EXPECT_NE(entry.path().extension(), ".draft") << entry.path();
    }
    auto nothing = read_all(*log);
    ASSERT_TRUE(succeeded(nothing));
    EXPECT_TRUE(nothing->empty());
    EXPECT_TRUE(succeeded(write(*log, {"first"})));
    auto first = read_all(*log);
    ASSERT_TRUE(succeeded(first));
    EXPECT_EQ(first->size(), 1U);
}

TEST(SegmentName, SortsAsItsOffsetAndIsReadBack) {
    EXPECT_EQ(segment_name(42), "00000000000000000042.segment");
    EXPECT_EQ(segment_base("00000000000000000042.segment"), 42);
    EXPECT_FALSE(segment_base("42.segment").has_value());
    EXPECT_FALSE(segment_base("0000000000000000004x.segment").has_value());
    EXPECT_FALSE(segment_base("00000000000000000042.draft").has_value());
    EXPECT_FALSE(segment_base("99999999999999999999.segment").has_value());
}

TEST(Crc32c, GivesTheKnownAnswersAtEveryLengthAndStart) {
    EXPECT_EQ(crc32c(as_byte_span("123456789")), 0xe3069283U);
    EXPECT_EQ(crc32c(as_byte_span("")), 0U);
    const std::string zeros(32, '\0');
    EXPECT_EQ(crc32c(as_byte_span(zeros)), 0x8a9136aaU);
    // In pieces of any length it is the same: bit by bit is the reference.
    std::string bytes;
    for (int i = 0; i < 100; ++i) {
        bytes += static_cast<char>(i * 37);
    }
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        std::uint32_t bitwise = 0xffffffffU;
        for (std::size_t i = 0; i < length; ++i) {
            bitwise ^= static_cast<unsigned char>(bytes[i]);
            for (int bit = 0; bit < 8; ++bit) {
                bitwise = (bitwise >> 1) ^ ((bitwise & 1U) != 0 ? 0x82f63b78U : 0U);
            }
        }
        const auto piece = as_byte_span(bytes).first(length);
        EXPECT_EQ(crc32c(piece), ~bitwise) << length;
        const std::size_t half = length / 3;
        EXPECT_EQ(crc32c(piece.subspan(half), crc32c(piece.first(half))), ~bitwise) << length;
    }
}

}  // namespace
}  // namespace fiscus::log

// Golden bytes of a journal block: what auditors keep for years must stay readable to the byte.
// Method: one block with every field of an entry set to a number of its own is encoded and compared
// byte for byte with schemas/golden/v1/journal/block.bin, and that file is opened and compared
// field by field. With FISCUS_GOLDEN_WRITE set, the file is written if it is missing; an existing
// one never changes.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "engine/journal/block.h"

namespace fiscus::journal {
namespace {

std::filesystem::path golden_file() {
    const char* source = std::getenv("FISCUS_SOURCE_DIR");
    return std::filesystem::path(source == nullptr ? "." : source) / "schemas" / "golden" / "v1" /
           "journal" / "block.bin";
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Every field has a value that no other field has.
wire::Entry entry_of(std::uint64_t sequence, std::uint16_t postings) {
    return {sequence,
            1'002,
            1'772'330'400'123'000,
            1'772'330'400'000'456,
            wire::Id128(0x0102030405060708U, 0x090a0b0c0d0e0f10U),
            wire::Id128(0x1112131415161718U, 0x191a1b1c1d1e1f20U),
            0x2122232425262728U,
            1'008,
            1'009,
            1'010,
            1'011,
            1'012,
            1'013,
            -1'014,
            1'015,
            1'016,
            1'017,
            420'106,
            1'019,
            1'020,
            20'513,
            20'514,
            1'023,
            1'024,
            1'025,
            1'026,
            6'210,
            1'028,
            static_cast<std::uint16_t>(wire::Reason::order_below_threshold),
            postings,
            static_cast<std::uint8_t>(wire::EventBody::VoucherRedeemed),
            static_cast<std::uint8_t>(wire::Outcome::accepted),
            3,
            2,
            1,
            7,
            31,
            0};
}

Entries golden_entries() {
    Entries entries;
    entries.entries = {entry_of(41, 2), entry_of(42, 0)};
    const wire::Account outstanding(
        20'519, 1'017, 101, static_cast<std::uint8_t>(wire::AccountKind::outstanding), 0, 0, 0);
    const wire::Account payable(2, 1'015, 101,
                                static_cast<std::uint8_t>(wire::AccountKind::payable), 0, 0, 0);
    entries.postings = {wire::Posting(outstanding, payable, 3'000),
                        wire::Posting(payable, outstanding, 1'000'000'000'000'000)};
    entries.details = {{.entry = 1, .bytes = {std::byte{0xde}, std::byte{0xad}, std::byte{0xbe}}}};
    return entries;
}

BlockHeader golden_header() {
    BlockHeader header{.kind = wire::BlockKind::entries,
                       .partition = 3,
                       .term = 5,
                       .first_sequence = 41,
                       .state_digest = {.hi = 0x3132333435363738U, .lo = 0x393a3b3c3d3e3f40U}};
    for (std::size_t i = 0; i < header.previous.size(); ++i) {
        header.previous[i] = static_cast<std::byte>(0x40 + i);
    }
    return header;
}

TEST(GoldenBlock, IsEncodedByteForByte) {
    BlockEncoder encoder;
    const std::string encoded(as_text(encoder.encode(golden_header(), golden_entries())));
    if (std::getenv("FISCUS_GOLDEN_WRITE") != nullptr && !std::filesystem::exists(golden_file())) {
        std::filesystem::create_directories(golden_file().parent_path());
        std::ofstream(golden_file(), std::ios::binary) << encoded;
    }
    EXPECT_EQ(encoded, read_file(golden_file()));
}

TEST(GoldenBlock, IsReadFieldByField) {
    const std::string bytes = read_file(golden_file());
    const auto block = open_block(as_byte_span(bytes));
    ASSERT_TRUE(block.ok()) << block.error().text();
    const BlockHeader header = block.value().header();
    const BlockHeader expected = golden_header();
    EXPECT_EQ(header.kind, expected.kind);
    EXPECT_EQ(header.partition, expected.partition);
    EXPECT_EQ(header.term, expected.term);
    EXPECT_EQ(header.first_sequence, expected.first_sequence);
    EXPECT_EQ(header.state_digest, expected.state_digest);
    EXPECT_EQ(header.previous, expected.previous);
    const Entries entries = golden_entries();
    ASSERT_EQ(block.value().entries().size(), entries.entries.size());
    for (std::size_t i = 0; i < entries.entries.size(); ++i) {
        EXPECT_EQ(
            0, std::memcmp(&block.value().entries()[i], &entries.entries[i], sizeof(wire::Entry)));
    }
    const wire::Entry& entry = block.value().entries()[0];
    EXPECT_EQ(entry.sequence(), 41U);
    EXPECT_EQ(entry.content_hash(), 0x2122232425262728U);
    EXPECT_EQ(entry.difference_fen(), -1'014);
    EXPECT_EQ(entry.programme(), 1'015U);
    EXPECT_EQ(entry.merchant_ordinal(), 1'020U);
    EXPECT_EQ(entry.origin_day(), 20'514);
    EXPECT_EQ(entry.industry(), 6'210U);
    EXPECT_EQ(entry.flags(), 31U);
    ASSERT_EQ(block.value().postings().size(), 2U);
    EXPECT_EQ(block.value().postings()[1].amount_fen(), 1'000'000'000'000'000);
    EXPECT_EQ(block.value().postings()[0].debit().key(), 20'519U);
    EXPECT_TRUE(block.value().detail(0).empty());
    EXPECT_EQ(as_text(block.value().detail(1)), "\xde\xad\xbe");
}

}  // namespace
}  // namespace fiscus::journal

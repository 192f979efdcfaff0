// Aim: a block says exactly what was put into it, and bytes that are not a block of ours are
// refused whatever they are. Method: round trips, blocks damaged by kind, truncated everywhere,
// random bytes.
#include "engine/journal/block.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "tests/unit/journal/blocks.h"

namespace fiscus::journal {
namespace {

BlockHeader header_of(std::uint64_t first_sequence) {
    BlockHeader header{.partition = 3, .term = 5, .first_sequence = first_sequence};
    header.state_digest = digest_of(first_sequence);
    header.previous[0] = std::byte{1};
    header.previous[31] = std::byte{2};
    return header;
}

AlignedBytes block_of(const BlockHeader& header, const Entries& entries) {
    BlockEncoder encoder;
    return AlignedBytes(encoder.encode(header, entries));
}

void expect_refused(Bytes bytes, std::string_view why) {
    BlockDecoder decoder;
    const auto opened = decoder.open(bytes);
    ASSERT_FALSE(opened.ok()) << why;
    EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
    EXPECT_NE(opened.error().why.find(why), std::string::npos) << opened.error().text();
    EXPECT_FALSE(opened.error().hint.empty());
}

// Memory of a turn's details is used again, and a flood of long ones does not stay in it.
TEST(EntriesTest, MemoryOfLongDetailsIsGivenBack) {
    Entries entries;
    entries.add_detail(std::vector<std::byte>(65'535));
    entries.clear();
    entries.add_detail(std::vector<std::byte>(1));
    EXPECT_LT(entries.details.front().bytes.capacity(), 1'000U);
}

TEST(Block, GivesBackWhatWasPutIntoIt) {
    const Entries entries = entries_of(41, 25);
    const BlockHeader header = header_of(41);
    const AlignedBytes bytes = block_of(header, entries);
    BlockDecoder decoder;
    const auto view = decoder.open(bytes.bytes());
    ASSERT_TRUE(view.ok()) << view.error().text();
    const BlockHeader found = view.value().header();
    EXPECT_EQ(found.kind, wire::BlockKind::entries);
    EXPECT_EQ(found.partition, 3U);
    EXPECT_EQ(found.term, 5U);
    EXPECT_EQ(found.first_sequence, 41U);
    EXPECT_EQ(found.state_digest, header.state_digest);
    EXPECT_EQ(found.previous, header.previous);
    EXPECT_TRUE(found.writer.empty());
    ASSERT_EQ(view.value().entries().size(), entries.entries.size());
    EXPECT_EQ(std::memcmp(view.value().entries().data(), entries.entries.data(),
                          entries.entries.size() * sizeof(wire::Entry)),
              0);
    ASSERT_EQ(view.value().postings().size(), entries.postings.size());
    EXPECT_EQ(std::memcmp(view.value().postings().data(), entries.postings.data(),
                          entries.postings.size() * sizeof(wire::Posting)),
              0);
    std::size_t details = 0;
    for (std::size_t i = 0; i < entries.entries.size() + 3; ++i) {
        const Bytes detail = view.value().detail(i);
        if (i < entries.entries.size() && (41 + i) % 4 == 0) {
            const auto& wanted = entries.details[details++].bytes;
            EXPECT_TRUE(std::ranges::equal(detail, wanted)) << i;
        } else {
            EXPECT_TRUE(detail.empty()) << i;
        }
    }
    EXPECT_EQ(details, entries.details.size());
}

// The byte table of docs/formats/journal.md is what an external reader is written from.
TEST(Block, EntriesLieAsTheByteTableSays) {
    wire::Entry entry;
    const auto expect = [&](std::size_t position, auto value, auto read) {
        put(entry, position, value);
        EXPECT_EQ(read(), value) << "byte " << position;
    };
    expect(0, std::uint64_t{1}, [&] { return entry.sequence(); });
    expect(8, std::int64_t{2}, [&] { return entry.input_offset(); });
    expect(16, std::int64_t{3}, [&] { return entry.logged_at_us(); });
    expect(24, std::int64_t{4}, [&] { return entry.occurred_at_us(); });
    expect(32, std::uint64_t{5}, [&] { return entry.key().hi(); });
    expect(40, std::uint64_t{6}, [&] { return entry.key().lo(); });
    expect(48, std::uint64_t{7}, [&] { return entry.subject().hi(); });
    expect(56, std::uint64_t{8}, [&] { return entry.subject().lo(); });
    expect(64, std::uint64_t{9}, [&] { return entry.content_hash(); });
    expect(72, std::uint64_t{10}, [&] { return entry.source_sequence(); });
    expect(80, std::uint64_t{11}, [&] { return entry.gap_from(); });
    expect(88, std::int64_t{12}, [&] { return entry.amount_fen(); });
    expect(96, std::int64_t{13}, [&] { return entry.order_amount_fen(); });
    expect(104, std::int64_t{14}, [&] { return entry.platform_match_fen(); });
    expect(112, std::int64_t{15}, [&] { return entry.merchant_match_fen(); });
    expect(120, std::int64_t{16}, [&] { return entry.difference_fen(); });
    expect(128, std::uint32_t{17}, [&] { return entry.programme(); });
    expect(132, std::uint32_t{18}, [&] { return entry.epoch(); });
    expect(136, std::uint32_t{19}, [&] { return entry.batch(); });
    expect(140, std::uint32_t{20}, [&] { return entry.district(); });
    expect(144, std::uint32_t{21}, [&] { return entry.consumer_ordinal(); });
    expect(148, std::uint32_t{22}, [&] { return entry.merchant_ordinal(); });
    expect(152, std::int32_t{23}, [&] { return entry.business_day(); });
    expect(156, std::int32_t{24}, [&] { return entry.origin_day(); });
    expect(160, std::uint16_t{25}, [&] { return entry.source(); });
    expect(162, std::uint16_t{26}, [&] { return entry.platform(); });
    expect(164, std::uint16_t{27}, [&] { return entry.pack(); });
    expect(166, std::uint16_t{28}, [&] { return entry.denomination(); });
    expect(168, std::uint16_t{29}, [&] { return entry.industry(); });
    expect(170, std::uint16_t{30}, [&] { return entry.category(); });
    expect(172, std::uint16_t{31}, [&] { return entry.reason(); });
    expect(174, std::uint16_t{32}, [&] { return entry.postings(); });
    expect(176, std::uint8_t{33}, [&] { return entry.kind(); });
    expect(177, std::uint8_t{34}, [&] { return entry.outcome(); });
    expect(178, std::uint8_t{35}, [&] { return entry.size_class(); });
    expect(179, std::uint8_t{36}, [&] { return entry.limit_class(); });
    expect(180, std::uint8_t{37}, [&] { return entry.channel(); });
    expect(181, std::uint8_t{38}, [&] { return entry.vouchers(); });
    expect(182, std::uint8_t{39}, [&] { return entry.flags(); });
    EXPECT_EQ(sizeof(wire::Entry), 184U);
    EXPECT_EQ(sizeof(wire::Posting), 56U);
    EXPECT_EQ(sizeof(wire::Account), 24U);
}

TEST(Block, IsTheSameBytesForTheSameEntries) {
    BlockEncoder encoder;
    const AlignedBytes first(encoder.encode(header_of(1), entries_of(1, 10)));
    (void)encoder.encode(header_of(11), entries_of(11, 100));
    const Bytes again = encoder.encode(header_of(1), entries_of(1, 10));
    EXPECT_TRUE(std::ranges::equal(first.bytes(), again));
}

TEST(Block, MayHaveNoPostingsAtAll) {
    for (std::size_t count = 1; count < 9; ++count) {
        Entries entries;
        for (std::size_t i = 0; i < count; ++i) {
            entries.entries.push_back(entry_of(i + 1, 0));
        }
        const AlignedBytes bytes = block_of(header_of(1), entries);
        BlockDecoder decoder;
        const auto view = decoder.open(bytes.bytes());
        ASSERT_TRUE(view.ok()) << view.error().text();
        EXPECT_EQ(view.value().entries().size(), count);
        EXPECT_TRUE(view.value().postings().empty());
    }
}

TEST(Block, CarriesAClaim) {
    const AlignedBytes bytes = block_of({.kind = wire::BlockKind::claim,
                                         .partition = 2,
                                         .term = 9,
                                         .first_sequence = 77,
                                         .writer = "engine on host-a"},
                                        Entries{});
    BlockDecoder decoder;
    const auto view = decoder.open(bytes.bytes());
    ASSERT_TRUE(view.ok()) << view.error().text();
    EXPECT_EQ(view.value().header().kind, wire::BlockKind::claim);
    EXPECT_EQ(view.value().header().term, 9U);
    EXPECT_EQ(view.value().header().writer, "engine on host-a");
    EXPECT_TRUE(view.value().entries().empty());
}

// The bytes that every build must give, for the reader that somebody wrote from the format's page.
TEST(Block, HasTheSameBytesOnEveryMachine) {
    EXPECT_EQ(to_hex(sha256(block_of(header_of(41), entries_of(41, 25)).bytes())),
              "8f6f6613a383e763f2aa76c1147ad690343aa1537f3032a7942ae18b12018304");
    EXPECT_EQ(to_hex(sha256(block_of(header_of(1), entries_of(1, 6'000)).bytes())),
              "9658decae7194efafe1257dfcbcd2fdb383472db17847c3afa3a1a67bf47ebde");
}

TEST(Block, IsNeverLongerThanItsBound) {
    BlockEncoder encoder;
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{1'000}}) {
        Entries entries = entries_of(1, count);
        for (Detail& detail : entries.details) {
            detail.bytes.resize(detail.entry % 37);
        }
        EXPECT_LE(encoder.encode(header_of(1), entries).size(), block_bytes_bound(entries));
    }
}

TEST(Block, WithAnotherIdentifierIsRefused) {
    AlignedBytes bytes = block_of(header_of(1), entries_of(1, 3));
    bytes.writable()[4] = std::byte{'X'};
    expect_refused(bytes.bytes(), "identifier");
    expect_refused({}, "0 bytes");
    expect_refused(bytes.bytes().first(7), "7 bytes");
}

TEST(Block, OfAnotherVersionIsRefused) {
    for (const int version : {0, 1, 3, 9}) {
        flatbuffers::FlatBufferBuilder builder;
        wire::BlockBuilder block(builder);
        block.add_version(static_cast<std::uint16_t>(version));
        block.add_term(1);
        builder.Finish(block.Finish(), wire::BlockIdentifier());
        const AlignedBytes bytes(
            std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())));
        expect_refused(bytes.bytes(),
                       "version " + std::to_string(version) + " of the format is not 2");
    }
}

// As version 1 had them: two ways to say the same thing would be one too many.
TEST(Block, WithEntriesThatAreNotPackedIsRefused) {
    const Entries entries = entries_of(1, 2);
    flatbuffers::FlatBufferBuilder builder;
    const auto rows = builder.CreateVectorOfStructs(entries.entries.data(), entries.entries.size());
    const wire::Hash256 previous(0, 0, 0, 0);
    wire::BlockBuilder block(builder);
    block.add_version(block_version);
    block.add_term(1);
    block.add_previous(&previous);
    block.add_entries(rows);
    builder.Finish(block.Finish(), wire::BlockIdentifier());
    const AlignedBytes bytes(
        std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())));
    expect_refused(bytes.bytes(), "version 1");
}

TEST(Block, ThatSaysItHasMoreThanABlockMayHaveIsRefused) {
    constexpr auto entries_max = static_cast<std::uint32_t>(block_entries_max);
    constexpr auto postings_max = static_cast<std::uint32_t>(block_postings_max);
    for (const auto& [entries, postings] :
         {std::pair(entries_max + 1, 0U), std::pair(1U, postings_max + 1),
          std::pair(UINT32_MAX, UINT32_MAX)}) {
        flatbuffers::FlatBufferBuilder builder;
        const wire::Digest digest(0, 0);
        const wire::Hash256 previous(0, 0, 0, 0);
        wire::BlockBuilder block(builder);
        block.add_version(block_version);
        block.add_term(1);
        block.add_first_sequence(1);
        block.add_state_digest(&digest);
        block.add_previous(&previous);
        block.add_entry_count(entries);
        block.add_posting_count(postings);
        builder.Finish(block.Finish(), wire::BlockIdentifier());
        const AlignedBytes bytes(
            std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())));
        expect_refused(bytes.bytes(), "it says that it has " + std::to_string(entries));
    }
}

TEST(Block, WhosePostingsDoNotAddUpIsRefused) {
    Entries missing = entries_of(1, 5);
    missing.postings.pop_back();
    expect_refused(block_of(header_of(1), missing).bytes(), "postings");
    Entries more = entries_of(1, 5);
    more.postings.push_back(posting_of(1));
    expect_refused(block_of(header_of(1), more).bytes(), "postings");
}

TEST(Block, WithAHoleInItsSequenceIsRefused) {
    Entries entries = entries_of(1, 5);
    put(entries.entries[3], sequence_at, std::uint64_t{5});
    expect_refused(block_of(header_of(1), entries).bytes(), "entry 4 carries the number 5");
    expect_refused(block_of(header_of(2), entries_of(1, 5)).bytes(), "entry 2");
}

TEST(Block, WithoutEntriesTermOrOutcomeIsRefused) {
    expect_refused(block_of(header_of(1), Entries{}).bytes(), "none");
    BlockHeader no_term = header_of(1);
    no_term.term = 0;
    expect_refused(block_of(no_term, entries_of(1, 2)).bytes(), "term");
    expect_refused(block_of(header_of(0), entries_of(0, 2)).bytes(), "first sequence");
    Entries strange = entries_of(1, 3);
    put(strange.entries[1], outcome_at, std::uint8_t{9});
    expect_refused(block_of(header_of(1), strange).bytes(), "outcome 9");
}

TEST(Block, WithDetailsOutOfOrderOrOutOfTheBlockIsRefused) {
    Entries entries = entries_of(1, 9);
    std::swap(entries.details[0], entries.details[1]);
    expect_refused(block_of(header_of(1), entries).bytes(), "detail 1");
    entries = entries_of(1, 9);
    entries.details[1].entry = 9;
    expect_refused(block_of(header_of(1), entries).bytes(), "detail 1");
    entries = entries_of(1, 9);
    entries.details[1].entry = entries.details[0].entry;
    expect_refused(block_of(header_of(1), entries).bytes(), "detail 1");
}

TEST(Block, OfAnUnknownKindOrAClaimWithEntriesIsRefused) {
    for (const int kind : {1, 2, 200}) {
        flatbuffers::FlatBufferBuilder builder;
        const wire::Hash256 previous(0, 0, 0, 0);
        wire::BlockBuilder block(builder);
        block.add_version(block_version);
        block.add_kind(static_cast<wire::BlockKind>(kind));
        block.add_term(1);
        block.add_previous(&previous);
        block.add_entry_count(2);
        builder.Finish(block.Finish(), wire::BlockIdentifier());
        const AlignedBytes bytes(
            std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())));
        expect_refused(bytes.bytes(), kind == 1 ? "claim carries entries" : "unknown");
    }
}

// Whatever the bytes are, nothing is read outside of them (the sanitisers watch).
TEST(Block, CutAnywhereOrWithAnyByteChangedNeverLeadsOutside) {
    const AlignedBytes whole = block_of(header_of(1), entries_of(1, 9));
    const auto walk = [](const BlockView& view) {
        std::uint64_t sum = 0;
        for (const wire::Entry& entry : view.entries()) {
            sum += entry.sequence();
        }
        for (const wire::Posting& posting : view.postings()) {
            sum += static_cast<std::uint64_t>(posting.amount_fen());
        }
        for (std::size_t i = 0; i < view.entries().size(); ++i) {
            sum += view.detail(i).size();
        }
        return sum + view.header().writer.size();
    };
    BlockDecoder decoder;
    for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
        const AlignedBytes cut(whole.bytes().first(size));
        const auto view = decoder.open(cut.bytes());
        if (view.ok()) {
            (void)walk(view.value());
        }
    }
    for (std::size_t position = 0; position < whole.bytes().size(); ++position) {
        for (const std::byte change : {std::byte{0x01}, std::byte{0x80}, std::byte{0xff}}) {
            AlignedBytes damaged(whole.bytes());
            damaged.writable()[position] ^= change;
            const auto view = decoder.open(damaged.bytes());
            if (view.ok()) {
                (void)walk(view.value());
            }
        }
    }
}

TEST(Block, MadeOfRandomBytesIsRefused) {
    const char* given = std::getenv("FISCUS_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("FISCUS_SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    BlockDecoder decoder;
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::byte> noise(random() % 300);
        for (std::byte& b : noise) {
            b = static_cast<std::byte>(random());
        }
        if (noise.size() >= 8 && round % 2 == 0) {
            // Half of them get past the identifier.
            std::memcpy(noise.data() + 4, wire::BlockIdentifier(), 4);
            const auto root = static_cast<std::uint32_t>(random() % 64);
            std::memcpy(noise.data(), &root, 4);
        }
        const AlignedBytes bytes(noise);
        EXPECT_FALSE(decoder.open(bytes.bytes()).ok());
    }
}

}  // namespace
}  // namespace fiscus::journal

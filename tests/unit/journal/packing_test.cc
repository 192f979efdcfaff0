// Aim: packing keeps every bit of every entry and posting, whatever they are, never takes more room
// than it says, and no bytes lead outside. Method: round trips of entries as a ledger has them, of
// random words and of extreme ones; bytes cut everywhere, and thousands of damaged ones.
#include "engine/journal/packing.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/journal/unpacking.h"
#include "tests/unit/journal/blocks.h"

namespace fiscus::journal {
namespace {

constexpr std::size_t kind_at = 176;
constexpr std::size_t gap_from_at = 80;
constexpr std::size_t amount_at = 88;

class Packing : public testing::Test {
protected:
    Packing() {
        const char* given = std::getenv("FISCUS_SEED");
        const std::uint64_t seed =
            given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
        std::printf("FISCUS_SEED=%llu\n", static_cast<unsigned long long>(seed));
        random_.seed(seed);
    }

    std::uint64_t below(std::uint64_t end) { return random_() % end; }

    // Any number, but often one at an edge, or small.
    std::uint64_t word() {
        constexpr std::array<std::uint64_t, 8> edges{
            0,   1,    UINT64_MAX, INT64_MAX, static_cast<std::uint64_t>(INT64_MIN),
            999, 1000, 0xffff'ffff};
        switch (below(4)) {
            case 0: return edges.at(below(edges.size()));
            case 1: return below(1'000);
            case 2: return random_() >> below(64);
            default: return random_();
        }
    }

    template <typename T>
    T any() {
        std::array<std::uint64_t, sizeof(T) / 8> words{};
        for (std::uint64_t& one : words) {
            one = word();
        }
        T value;
        std::memcpy(static_cast<void*>(&value), words.data(), sizeof value);
        return value;
    }

    // Entries and postings without any sense, but for what a block must have to be opened.
    Entries nonsense(std::size_t count, std::uint64_t first) {
        Entries entries;
        for (std::size_t i = 0; i < count; ++i) {
            // Some are like the one before, as entries are.
            auto entry = i == 0 || below(3) == 0 ? any<wire::Entry>() : entries.entries.back();
            const auto postings = static_cast<std::uint16_t>(below(4));
            put(entry, sequence_at, first + i);
            put(entry, outcome_at, static_cast<std::uint8_t>(1 + below(4)));
            put(entry, postings_at, postings);
            put(entry, amount_at + 8 * below(5), word());
            entries.entries.push_back(entry);
            for (std::uint16_t j = 0; j < postings; ++j) {
                auto posting = entries.postings.empty() || below(3) == 0 ? any<wire::Posting>()
                                                                         : entries.postings.back();
                if (below(2) == 0) {
                    posting = {posting.debit(), posting.credit(), entry.order_amount_fen()};
                }
                entries.postings.push_back(posting);
            }
        }
        return entries;
    }

    // As a busy ledger has them: three sources, claims and redemptions, a few of everything else.
    Entries ordinary(std::size_t count, std::uint64_t first) {
        Entries entries;
        std::array<std::uint64_t, 3> numbers{1'000, 50'000'000, 9};
        std::int64_t logged_ms = 1'760'000'000'000;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t source = below(numbers.size());
            const bool claim = below(3) > 0;
            const bool strange = below(50) == 0;
            const auto occurred_us = logged_ms * 1'000 - static_cast<std::int64_t>(
                                                             below(strange ? 1U << 30 : 3'000'000));
            const auto fen = static_cast<std::int64_t>(500 * (1 + below(20)));
            wire::Entry entry = entry_of(first + i, claim ? 1 : 2);
            put(entry, logged_at_at, logged_ms * 1'000);
            put(entry, logged_at_at + 8, occurred_us);
            put(entry, 32,
                static_cast<std::uint64_t>(occurred_us / 1'000) << 16 | 0x7000 | below(4096));
            put(entry, 40, std::uint64_t{1} << 63 | random_() >> 2);
            put(entry, 48, random_());
            put(entry, 56, random_());
            put(entry, 64, random_());
            put(entry, 72, numbers.at(source) += strange ? below(9) : 1);
            put(entry, amount_at, fen);
            put(entry, amount_at + 8, claim ? std::int64_t{0} : fen * 7);
            put(entry, 128, std::uint32_t{1});
            put(entry, 136, static_cast<std::uint32_t>(101 + below(4)));
            put(entry, 144, static_cast<std::uint32_t>(below(100'000)));
            put(entry, 160, static_cast<std::uint16_t>(source + 2));
            put(entry, kind_at, static_cast<std::uint8_t>(claim ? 20 : 21));
            entries.entries.push_back(entry);
            entries.postings.push_back(posting_of(fen));
            if (!claim) {
                entries.postings.push_back(posting_of(strange ? 3 : fen * 7));
            }
            logged_ms += static_cast<std::int64_t>(below(4));
        }
        return entries;
    }

    std::vector<std::byte> pack(std::uint64_t first, const Entries& entries) {
        const Bytes bytes = packer_.pack(first, entries.entries, entries.postings);
        EXPECT_LE(bytes.size(), packed_bytes_max(entries.entries.size(), entries.postings.size()));
        return {bytes.begin(), bytes.end()};
    }

    std::string unpack(Bytes bytes, std::uint64_t first, const Entries& entries) {
        return unpacker_.unpack(bytes, first, entries.entries.size(), entries.postings.size());
    }

    template <typename T>
    static bool same(std::span<const T> found, const std::vector<T>& expected) {
        return found.size() == expected.size() &&
               (found.empty() ||
                std::memcmp(found.data(), expected.data(), found.size_bytes()) == 0);
    }

    void expect_kept(std::uint64_t first, const Entries& entries) {
        const std::vector<std::byte> bytes = pack(first, entries);
        ASSERT_EQ(unpack(bytes, first, entries), "");
        EXPECT_TRUE(same(unpacker_.entries(), entries.entries));
        EXPECT_TRUE(same(unpacker_.postings(), entries.postings));
    }

    // Whatever came of it may be read to the end.
    std::uint64_t walk() const {
        std::uint64_t sum = 0;
        for (const wire::Entry& entry : unpacker_.entries()) {
            sum += entry.sequence() + entry.content_hash();
        }
        for (const wire::Posting& posting : unpacker_.postings()) {
            sum += static_cast<std::uint64_t>(posting.amount_fen());
        }
        return sum;
    }

    std::mt19937_64 random_;
    Packer packer_;
    Unpacker unpacker_;
};

TEST_F(Packing, KeepsWhatALedgerSays) {
    for (const std::size_t count : {1U, 2U, 63U, 64U, 65U, 2'047U, 2'048U, 2'049U, 10'000U}) {
        expect_kept(77, ordinary(count, 77));
    }
}

TEST_F(Packing, KeepsAnyWordsWhatever) {
    for (int round = 0; round < 200; ++round) {
        const std::uint64_t first = 1 + word() / 2;
        expect_kept(first, nonsense(1 + below(round % 10 == 0 ? 5'000 : 100), first));
    }
}

TEST_F(Packing, KeepsZerosAndFullWords) {
    for (const int fill : {0, 0xff}) {
        for (const std::size_t count : {std::size_t{1}, std::size_t{300}}) {
            Entries entries;
            for (std::size_t i = 0; i < count; ++i) {
                wire::Entry entry;
                std::memset(static_cast<void*>(&entry), fill, sizeof entry);
                put(entry, sequence_at, i + 1);
                put(entry, outcome_at, wire::Outcome::refused);
                put(entry, postings_at, std::uint16_t{1});
                entries.entries.push_back(entry);
                wire::Posting posting;
                std::memset(static_cast<void*>(&posting), fill, sizeof posting);
                entries.postings.push_back(posting);
            }
            expect_kept(1, entries);
        }
    }
}

TEST_F(Packing, KeepsEachBitOfAnEntryAloneAndAmongOthers) {
    for (std::size_t bit = 0; bit < sizeof(wire::Entry) * 8; ++bit) {
        Entries entries = entries_of(1, 70);
        for (Detail& detail : entries.details) {
            detail.bytes.clear();
        }
        const std::size_t at = bit / 8;
        if (at < 8 || at == outcome_at || at == postings_at || at == postings_at + 1) {
            continue;
        }
        std::byte& changed = reinterpret_cast<std::byte*>(&entries.entries[33])[at];
        changed ^= std::byte{1} << (bit % 8);
        expect_kept(1, entries);
    }
}

TEST_F(Packing, KeepsTimesThatAreNoMillisecondsAndRunBackwards) {
    Entries entries = ordinary(500, 1);
    for (std::size_t i = 0; i < entries.entries.size(); ++i) {
        put(entries.entries[i], logged_at_at, static_cast<std::int64_t>(1'000'000'000 - 7 * i));
        put(entries.entries[i], gap_from_at, std::uint64_t{i % 2});
    }
    expect_kept(1, entries);
}

TEST_F(Packing, KeepsOneEntryWithAsManyPostingsAsItCanCount) {
    Entries entries;
    entries.entries.push_back(entry_of(1, UINT16_MAX));
    for (std::uint32_t i = 0; i < UINT16_MAX; ++i) {
        entries.postings.push_back({wire::Account(i, 1, i, 4, 0, 0, 0),
                                    wire::Account(0, 1, i, 3, 0, 0, 0), std::int64_t{i} * i});
    }
    expect_kept(1, entries);
    // The memory of a large block is no burden for a small one, nor its content.
    expect_kept(1, entries_of(1, 2));
}

// What the whole is for: most of an entry is its ids and the hash of its content, 40 bytes.
TEST_F(Packing, TakesLittleMoreThanWhatCannotBeForeseen) {
    const Entries entries = ordinary(8'192, 1);
    const std::vector<std::byte> bytes = pack(1, entries);
    EXPECT_LT(bytes.size(), 56U * 8'192);
}

TEST_F(Packing, RefusesBytesThatEndTooEarlyOrGoOn) {
    const Entries entries = ordinary(200, 1);
    std::vector<std::byte> bytes = pack(1, entries);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        // A copy, so that the sanitiser sees what is behind it.
        const std::vector<std::byte> cut(bytes.begin(),
                                         bytes.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_NE(unpack(cut, 1, entries), "") << size;
        (void)walk();
    }
    bytes.insert(bytes.begin() + 20, std::byte{0});
    (void)unpack(bytes, 1, entries);
    bytes.erase(bytes.begin() + 20);
    bytes.push_back(std::byte{0});
    EXPECT_NE(unpack(bytes, 1, entries), "");
}

TEST_F(Packing, RefusesOtherCountsThanThoseThatWerePacked) {
    const Entries entries = ordinary(200, 1);
    const std::vector<std::byte> bytes = pack(1, entries);
    const std::size_t postings = entries.postings.size();
    for (const std::size_t count : {0U, 1U, 199U, 201U, 4'000U}) {
        EXPECT_NE(unpacker_.unpack(bytes, 1, count, postings), "") << count;
    }
    for (const std::size_t count : {std::size_t{0}, postings - 1, postings + 1}) {
        EXPECT_NE(unpacker_.unpack(bytes, 1, 200, count), "") << count;
    }
}

TEST_F(Packing, DamagedBytesNeverLeadOutside) {
    std::size_t opened = 0;
    for (int round = 0; round < 40; ++round) {
        const std::uint64_t first = 1 + below(1'000);
        const Entries entries =
            round % 2 == 0 ? ordinary(1 + below(300), first) : nonsense(1 + below(40), first);
        const std::vector<std::byte> whole = pack(first, entries);
        for (int change = 0; change < 500; ++change) {
            std::vector<std::byte> damaged = whole;
            for (std::uint64_t left = 1 + below(4); left > 0; --left) {
                // The frames, where the widths are, come first.
                const std::size_t end =
                    below(2) == 0 ? damaged.size() : std::min<std::size_t>(damaged.size(), 200);
                std::byte& at = damaged[below(end)];
                at = below(2) == 0 ? static_cast<std::byte>(random_())
                                   : at ^ std::byte{1} << below(8);
            }
            const std::string wrong = unpack(damaged, first, entries);
            (void)walk();
            if (wrong.empty()) {
                ++opened;
                EXPECT_EQ(unpacker_.entries().size(), entries.entries.size());
                EXPECT_EQ(unpacker_.postings().size(), entries.postings.size());
            }
        }
    }
    EXPECT_GT(opened, 0U) << "bits of a row may be anything";
}

TEST_F(Packing, NoiseNeverLeadsOutside) {
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::byte> noise(below(400));
        for (std::byte& one : noise) {
            // Small numbers get further.
            one = static_cast<std::byte>(below(2) == 0 ? random_() : below(3));
        }
        (void)unpacker_.unpack(noise, 1, 1 + below(5'000), below(5'000));
        (void)walk();
    }
}

}  // namespace
}  // namespace fiscus::journal

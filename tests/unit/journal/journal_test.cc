// Aim: a journal is one chain of entries without hole or repeat, whoever wrote it, and of two
// writers only the one with the higher term is heard. Method: publishers and readers on a log in
// memory that lets two writers share a partition; the same on the local log; the stored blocks are
// damaged by kind.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/journal/publisher.h"
#include "engine/journal/reader.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "tests/support/memory_log.h"
#include "tests/unit/journal/blocks.h"
#include "tests/unit/journal/overtaken_log.h"
#include "tests/unit/log/local_storage.h"

namespace fiscus::journal {
namespace {

using log::failed_with;
using log::succeeded;
using std::chrono::milliseconds;

constexpr std::int32_t partition = 1;

std::unique_ptr<Publisher> claimed(log::Log& log,
                                   const std::string& name,
                                   const Cursor& from = {}) {
    auto publisher = Publisher::open(log, partition, from, name);
    EXPECT_TRUE(succeeded(publisher));
    return publisher.ok() ? std::move(publisher).value() : nullptr;
}

// Publishes `count` entries that follow, the digest made of the last one's number.
Status publish(Publisher& publisher, std::size_t count) {
    const std::uint64_t first = publisher.cursor().next_sequence;
    FISCUS_TRY(publisher.append(entries_of(first, count), digest_of(first + count - 1), 0));
    return publisher.sync();
}

// The sequence numbers of all that counts, or the first error.
Result<std::vector<std::uint64_t>> read_all(log::Log& log, Cursor* end = nullptr) {
    FISCUS_ASSIGN(auto reader, JournalReader::open(log, partition, Cursor{}));
    std::vector<std::uint64_t> sequences;
    for (;;) {
        FISCUS_ASSIGN(const auto block, reader->next(milliseconds(0)));
        if (!block) {
            break;
        }
        for (const wire::Entry& entry : block->view.entries()) {
            sequences.push_back(entry.sequence());
        }
    }
    if (end != nullptr) {
        *end = reader->cursor();
    }
    return sequences;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t number = first; number <= last; ++number) {
        all.push_back(number);
    }
    return all;
}

class Journal : public testing::Test {
protected:
    Journal() { EXPECT_TRUE(succeeded(log_.create(log::topic_plans(2)))); }

    log::MemoryLog::Partition& stored() { return log_.stored(log::journal_topic, partition); }
    // By somebody who saw nothing of what was claimed meanwhile.
    void append_claim(std::uint64_t term) {
        BlockEncoder encoder;
        auto raw = log_.writer(log::journal_topic, partition);
        const BlockHeader claim{
            .kind = wire::BlockKind::claim, .partition = partition, .term = term, .writer = "late"};
        const std::vector records{
            log::NewRecord{.value = encoder.encode(claim, Entries{}), .key_is_null = true}};
        ASSERT_TRUE(succeeded((*raw)->append(records)));
        ASSERT_TRUE(succeeded((*raw)->sync()));
    }
    void expect_broken(std::int64_t offset, std::string_view why) {
        const auto read = read_all(log_);
        ASSERT_TRUE(failed_with(read, ErrorCode::corrupt));
        EXPECT_NE(read.error().what.find("offset " + std::to_string(offset)), std::string::npos)
            << read.error().text();
        EXPECT_NE(read.error().why.find(why), std::string::npos) << read.error().text();
    }

    log::MemoryLog log_;
};

TEST_F(Journal, StartsEmptyAndWithTermOne) {
    const auto publisher = claimed(log_, "first");
    EXPECT_EQ(publisher->term(), 1U);
    EXPECT_EQ(publisher->tail_end().next_sequence, 1U);
    EXPECT_EQ(read_all(log_).value(), std::vector<std::uint64_t>{});
}

TEST_F(Journal, ReadsBackWhatWasPublished) {
    const auto publisher = claimed(log_, "first");
    ASSERT_TRUE(succeeded(publish(*publisher, 3)));
    ASSERT_TRUE(succeeded(publish(*publisher, 1)));
    // Group commit: several blocks, one sync.
    ASSERT_TRUE(succeeded(publisher->append(entries_of(5, 2), digest_of(6), 0)));
    ASSERT_TRUE(succeeded(publisher->append(entries_of(7, 4), digest_of(10), 0)));
    ASSERT_TRUE(succeeded(publisher->sync()));
    Cursor end;
    EXPECT_EQ(read_all(log_, &end).value(), numbers(1, 10));
    EXPECT_EQ(end, publisher->cursor());
    EXPECT_EQ(end.state_digest, digest_of(10));
}

TEST_F(Journal, GoesOnFromAnyCursor) {
    const auto publisher = claimed(log_, "first");
    std::vector<Cursor> cursors{Cursor{}, publisher->cursor()};
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(succeeded(publish(*publisher, 2)));
        cursors.push_back(publisher->cursor());
    }
    for (const Cursor& from : cursors) {
        auto reader = JournalReader::open(log_, partition, from);
        ASSERT_TRUE(succeeded(reader));
        std::uint64_t next = from.next_sequence;
        for (;;) {
            const auto block = (*reader)->next(milliseconds(0));
            ASSERT_TRUE(succeeded(block));
            if (!block.value()) {
                break;
            }
            EXPECT_EQ(block.value()->view.entries()[0].sequence(), next);
            next += block.value()->view.entries().size();
        }
        EXPECT_EQ(next, 11U);
        EXPECT_EQ((*reader)->cursor(), cursors.back());
    }
}

TEST_F(Journal, ANewWriterTellsWhereThePublishedJournalEnds) {
    Cursor middle;
    Cursor last;
    {
        const auto publisher = claimed(log_, "first");
        ASSERT_TRUE(succeeded(publish(*publisher, 3)));
        middle = publisher->cursor();
        ASSERT_TRUE(succeeded(publish(*publisher, 4)));
        last = publisher->cursor();
    }
    for (const Cursor& from : {Cursor{}, middle, last}) {
        const auto publisher = claimed(log_, "again", from);
        EXPECT_EQ(publisher->tail_end().next_sequence, 8U);
        EXPECT_EQ(publisher->tail_end().previous, last.previous);
        EXPECT_EQ(publisher->tail_end().state_digest, last.state_digest);
    }
    EXPECT_EQ(claimed(log_, "fifth")->term(), 5U);
}

TEST_F(Journal, AFencedWriterIsToldAndItsLastWordsAreDropped) {
    const auto old_writer = claimed(log_, "old");
    ASSERT_TRUE(succeeded(publish(*old_writer, 3)));
    // The old one pauses; the new one takes over and publishes.
    const auto new_writer = claimed(log_, "new", old_writer->cursor());
    EXPECT_EQ(new_writer->term(), 2U);
    ASSERT_TRUE(succeeded(publish(*new_writer, 2)));

    EXPECT_TRUE(failed_with(publish(*old_writer, 4), ErrorCode::fenced));
    EXPECT_TRUE(failed_with(publish(*old_writer, 1), ErrorCode::fenced)) << "it stays fenced";
    EXPECT_TRUE(failed_with(old_writer->sync(), ErrorCode::fenced));

    ASSERT_TRUE(succeeded(publish(*new_writer, 5)));
    Cursor end;
    EXPECT_EQ(read_all(log_, &end).value(), numbers(1, 10));
    EXPECT_EQ(end.state_digest, digest_of(10));
    EXPECT_EQ(end, new_writer->cursor());
}

TEST_F(Journal, ABlockQueuedBeforeTheClaimCountsAndIsComparedNotLost) {
    const auto old_writer = claimed(log_, "old");
    const Cursor before = old_writer->cursor();
    ASSERT_TRUE(succeeded(publish(*old_writer, 3)));
    const auto new_writer = claimed(log_, "new", before);
    EXPECT_EQ(new_writer->tail_end().next_sequence, 4U);
    EXPECT_EQ(new_writer->tail_end().state_digest, digest_of(3));
    EXPECT_TRUE(failed_with(old_writer->check_fence(), ErrorCode::fenced));
    EXPECT_TRUE(failed_with(publish(*old_writer, 1), ErrorCode::fenced));
}

TEST_F(Journal, AnIdleWriterFindsOutByChecking) {
    const auto writer = claimed(log_, "first");
    EXPECT_TRUE(succeeded(writer->check_fence()));
    ASSERT_TRUE(succeeded(publish(*writer, 1)));
    EXPECT_TRUE(succeeded(writer->check_fence()));
    const auto other = claimed(log_, "second");
    EXPECT_TRUE(failed_with(writer->check_fence(), ErrorCode::fenced));
    EXPECT_TRUE(succeeded(other->check_fence()));
}

TEST_F(Journal, OfTwoClaimsOfOneTermTheFirstWins) {
    const auto first = claimed(log_, "first");
    ASSERT_TRUE(succeeded(publish(*first, 2)));
    // Somebody who had not yet seen the first claim claims the same term again.
    append_claim(first->term());
    ASSERT_TRUE(succeeded(publish(*first, 2))) << "a void claim fences nobody";
    EXPECT_EQ(read_all(log_).value(), numbers(1, 4));
}

TEST_F(Journal, WhoIsOvertakenWhileClaimingTakesTheNextTerm) {
    std::unique_ptr<Publisher> first;
    OvertakenLog log(log_, [&] {
        first = claimed(log_, "first");
        ASSERT_TRUE(succeeded(publish(*first, 2)));
    });
    const auto second = claimed(log, "second");
    EXPECT_EQ(first->term(), 1U);
    EXPECT_EQ(second->term(), 2U) << "one term has one writer";
    EXPECT_EQ(second->tail_end().next_sequence, 3U);
    EXPECT_TRUE(failed_with(publish(*first, 1), ErrorCode::fenced));
    ASSERT_TRUE(succeeded(publish(*second, 2)));
    EXPECT_EQ(read_all(log_).value(), numbers(1, 4));
}

TEST_F(Journal, AClaimThatComesAfterOneOfAHigherTermIsVoid) {
    const auto first = claimed(log_, "first");
    ASSERT_TRUE(succeeded(publish(*first, 2)));
    const auto second = claimed(log_, "second", first->cursor());
    append_claim(first->term());
    ASSERT_TRUE(succeeded(publish(*second, 2))) << "a void claim fences nobody";
    EXPECT_EQ(read_all(log_).value(), numbers(1, 4));
    EXPECT_EQ(claimed(log_, "third")->term(), second->term() + 1);
}

TEST_F(Journal, AReaderKnowsWhoClaimed) {
    claimed(log_, "first");
    claimed(log_, "second");
    auto reader = JournalReader::open(log_, partition, {});
    ASSERT_TRUE(succeeded(reader));
    EXPECT_EQ((*reader)->claimed_by(), "");
    ASSERT_TRUE(succeeded((*reader)->next(milliseconds(0))));
    EXPECT_EQ((*reader)->claimed_by(), "second");
}

TEST_F(Journal, HolesInTheOffsetsAreNoHolesInTheJournal) {
    const auto writer = claimed(log_, "first");
    for (int i = 0; i < 4; ++i) {
        stored().push_back({.hole = true});
        ASSERT_TRUE(succeeded(publish(*writer, 2)));
    }
    EXPECT_EQ(read_all(log_).value(), numbers(1, 8));
    stored().push_back({.hole = true});
    const auto next = claimed(log_, "second", writer->cursor());
    ASSERT_TRUE(succeeded(publish(*next, 2)));
    EXPECT_EQ(read_all(log_).value(), numbers(1, 10));
}

TEST_F(Journal, ABlockThatATransportSentTwiceCountsOnce) {
    const auto writer = claimed(log_, "first");
    ASSERT_TRUE(succeeded(publish(*writer, 3)));
    stored().push_back(stored().back());
    ASSERT_TRUE(succeeded(publish(*writer, 2)));
    auto read = read_all(log_);
    ASSERT_TRUE(succeeded(read));
    EXPECT_EQ(*read, numbers(1, 5));
}

TEST_F(Journal, AMissingBlockIsNamed) {
    const auto writer = claimed(log_, "first");
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(succeeded(publish(*writer, 2)));
    }
    stored()[2].hole = true;
    expect_broken(3, "entry 3 should follow, but 5 does");
}

TEST_F(Journal, ABlockThatWasExchangedBreaksTheChain) {
    const auto writer = claimed(log_, "first");
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(succeeded(publish(*writer, 2)));
    }
    // Another block of the same numbers and the same place in the chain, but other content.
    log::MemoryLog other;
    ASSERT_TRUE(succeeded(other.create(log::topic_plans(2))));
    const auto forger = claimed(other, "forger");
    ASSERT_TRUE(succeeded(publish(*forger, 2)));
    ASSERT_TRUE(succeeded(forger->append(entries_of(3, 2), digest_of(999), 0)));
    ASSERT_TRUE(succeeded(forger->sync()));
    stored()[2] = other.stored(log::journal_topic, partition)[2];
    expect_broken(3, "the block follows");
}

TEST_F(Journal, DamageIsNamedByItsOffset) {
    const auto writer = claimed(log_, "first");
    ASSERT_TRUE(succeeded(publish(*writer, 2)));
    ASSERT_TRUE(succeeded(publish(*writer, 2)));
    const auto whole = stored()[2];
    stored()[2].value_bytes = 40;
    expect_broken(2, "structure");
    stored()[2] = whole;
    stored()[2].value_is_null = true;
    expect_broken(2, "no value");
    stored()[2] = whole;
    stored()[2].words[0] ^= 0xff00000000ULL;
    expect_broken(2, "identifier");
    stored()[2] = log::MemoryLog::Stored{};
    expect_broken(2, "0 bytes");
}

TEST_F(Journal, ABlockOfAnotherPartitionOrAnUnclaimedTermIsBroken) {
    const auto writer = claimed(log_, "first");
    BlockEncoder encoder;
    const auto put = [&](const BlockHeader& header) {
        auto raw = log_.writer(log::journal_topic, partition);
        const std::vector records{
            log::NewRecord{.value = encoder.encode(header, entries_of(1, 1)), .key_is_null = true}};
        EXPECT_TRUE(succeeded((*raw)->append(records)));
        EXPECT_TRUE(succeeded((*raw)->sync()));
    };
    put({.partition = 0, .term = 1, .first_sequence = 1});
    expect_broken(1, "partition 0");
    stored().pop_back();
    put({.partition = partition, .term = 7, .first_sequence = 1});
    expect_broken(1, "without its claim");
}

// What lies behind such a claim would look like the last words of writers that were replaced.
TEST_F(Journal, AClaimThatLeavesATermOutIsBroken) {
    const auto writer = claimed(log_, "first");
    ASSERT_TRUE(succeeded(publish(*writer, 1)));
    append_claim(writer->term() + 2);
    // Its block arrives, and it stands down.
    EXPECT_TRUE(failed_with(publish(*writer, 1), ErrorCode::fenced));
    expect_broken(2, "a claim of term 3 comes where the highest is 1");
}

TEST_F(Journal, ACursorIsCheckedAgainstTheBlockThatItFollows) {
    const auto first = claimed(log_, "first");
    EXPECT_TRUE(succeeded(check_cursor(log_, partition, first->cursor())));
    for (int i = 0; i < 40; ++i) {
        ASSERT_TRUE(succeeded(publish(*first, 1)));
    }
    const Cursor cursor = first->cursor();
    EXPECT_TRUE(succeeded(check_cursor(log_, partition, cursor)));
    // What comes later, and holes and others' claims in front of it, are of no meaning.
    for (int i = 0; i < 30; ++i) {
        stored().push_back({.hole = true});
    }
    const auto second = claimed(log_, "second", cursor);
    const Cursor later = second->cursor();
    ASSERT_TRUE(succeeded(publish(*second, 1)));
    EXPECT_TRUE(succeeded(check_cursor(log_, partition, later)));
    // The tail is lost, and somebody publishes the same entries in other blocks.
    stored().resize(10);
    EXPECT_TRUE(failed_with(check_cursor(log_, partition, cursor), ErrorCode::log_mismatch));
    const auto third = claimed(log_, "third");
    while (third->cursor().next_sequence < cursor.next_sequence) {
        ASSERT_TRUE(succeeded(publish(*third, 4)));
    }
    while (static_cast<std::int64_t>(stored().size()) < cursor.next_offset) {
        stored().push_back({.hole = true});
    }
    const Status checked = check_cursor(log_, partition, cursor);
    ASSERT_TRUE(failed_with(checked, ErrorCode::log_mismatch));
    EXPECT_NE(checked.error().why.find("entry 40"), std::string::npos) << checked.error().text();
    EXPECT_NE(checked.error().hint.find("remove the state"), std::string::npos);
}

TEST_F(Journal, ACursorIsCheckedAgainstWhatLiesBetweenItsBlockAndItself) {
    const auto first = claimed(log_, "first");
    ASSERT_TRUE(succeeded(publish(*first, 1)));
    // Claims move a cursor, also in front of the first block.
    const auto second = claimed(log_, "second", first->cursor());
    const auto third = claimed(log_, "third", second->cursor());
    const Cursor cursor = third->cursor();
    EXPECT_TRUE(succeeded(check_cursor(log_, partition, cursor)));
    Cursor claims;
    claims.next_offset = 1;
    claims.term = 1;
    EXPECT_TRUE(succeeded(check_cursor(log_, partition, claims)));
    claims.next_offset = 2;
    // They are lost, and a block lies where they were.
    stored().resize(2);
    const auto other = claimed(log_, "other");
    ASSERT_TRUE(succeeded(publish(*other, 1)));
    EXPECT_EQ(static_cast<std::int64_t>(stored().size()), cursor.next_offset);
    EXPECT_TRUE(failed_with(check_cursor(log_, partition, cursor), ErrorCode::log_mismatch));
    EXPECT_TRUE(failed_with(check_cursor(log_, partition, claims), ErrorCode::log_mismatch));
    stored().pop_back();
    stored().push_back({.hole = true});
    EXPECT_TRUE(failed_with(check_cursor(log_, partition, cursor), ErrorCode::log_mismatch))
        << "the third claim is not there";
}

TEST_F(Journal, TheCursorStaysBeforeABrokenBlock) {
    const auto writer = claimed(log_, "first");
    ASSERT_TRUE(succeeded(publish(*writer, 2)));
    const Cursor before = writer->cursor();
    ASSERT_TRUE(succeeded(publish(*writer, 2)));
    stored()[2].value_bytes = 40;
    auto reader = JournalReader::open(log_, partition, Cursor{});
    ASSERT_TRUE((*reader)->next(milliseconds(0)).value().has_value());
    EXPECT_TRUE(failed_with((*reader)->next(milliseconds(0)), ErrorCode::corrupt));
    EXPECT_EQ((*reader)->cursor(), before);
    EXPECT_TRUE(failed_with((*reader)->next(milliseconds(0)), ErrorCode::corrupt));
}

TEST_F(Journal, ABlockAboveTheLimitIsRefusedBeforeItIsSent) {
    const auto writer = claimed(log_, "first");
    Entries entries = entries_of(1, 8);
    entries.details[0].bytes.resize(8U << 20);
    EXPECT_TRUE(failed_with(writer->append(entries, digest_of(8), 0), ErrorCode::usage));
    EXPECT_TRUE(failed_with(writer->sync(), ErrorCode::usage));
}

TEST_F(Journal, ReadsUpToAnOffsetAndNoFurther) {
    const auto writer = claimed(log_, "first");
    for (int i = 0; i < 4; ++i) {
        ASSERT_TRUE(succeeded(publish(*writer, 1)));
    }
    auto reader = JournalReader::open(log_, partition, Cursor{});
    std::size_t blocks = 0;
    for (;;) {
        const auto block = (*reader)->next_before(3, milliseconds(0));
        ASSERT_TRUE(succeeded(block));
        if (!block.value()) {
            break;
        }
        ++blocks;
    }
    EXPECT_EQ(blocks, 2U);
    EXPECT_EQ((*reader)->cursor().next_offset, 3);
    EXPECT_TRUE((*reader)->next(milliseconds(0)).value().has_value());
}

TEST(JournalOnTheLocalLog, PublishesClaimsAndReadsBackAcrossWriters) {
    log::TemporaryDirectory directory;
    auto log = log::open_local_log(directory.path(), true);
    ASSERT_TRUE(succeeded(log));
    ASSERT_TRUE(succeeded((*log)->create(log::topic_plans(2))));
    Cursor cursor;
    for (int round = 0; round < 5; ++round) {
        const auto publisher = claimed(**log, "round " + std::to_string(round), cursor);
        ASSERT_NE(publisher, nullptr);
        EXPECT_TRUE(
            failed_with(Publisher::open(**log, partition, cursor, "other"), ErrorCode::fenced));
        EXPECT_EQ(publisher->term(), static_cast<std::uint64_t>(round) + 1);
        ASSERT_TRUE(succeeded(publish(*publisher, 100)));
        ASSERT_TRUE(succeeded(publish(*publisher, 1'000)));
        cursor = publisher->cursor();
    }
    EXPECT_EQ(read_all(**log).value(), numbers(1, 5'500));
}

}  // namespace
}  // namespace fiscus::journal

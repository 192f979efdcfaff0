// Aim: a fold becomes files whose ranges do not overlap; many new records at the end of a group get
// one of their own, few do not; what a crash left is removed. Method: sets of one table between two
// others, and the files read back by RocksDB's own reader.
#include "engine/state/sorted_files.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <rocksdb/sst_file_reader.h>

#include "tests/support/temporary_directory.h"

namespace fiscus::state {
namespace {

constexpr std::uint64_t many = 70'000;

Key key_of(TableId table, std::uint64_t time) {
    return {.id = {.hi = time, .lo = 1}, .programme = 1, .table = table};
}

class SortedFilesTest : public testing::Test {
protected:
    void put(TableId table, std::uint64_t begin, std::uint64_t end) {
        for (std::uint64_t time = begin; time < end; ++time) {
            const std::uint64_t value = time;
            set_.put(key_of(table, time), std::as_bytes(std::span(&value, 1)));
        }
    }

    // Records in each file, in order; checks that the files hold the set and do not overlap.
    std::vector<std::size_t> write(SortedFiles& files) {
        set_.sort();
        auto paths = files.write(set_, [this](const Key& group) {
            ++asked_;
            EXPECT_EQ(group.id, Id128{});
            return Result<std::optional<Id128>>(last_);
        });
        EXPECT_TRUE(paths.ok());
        std::vector<std::size_t> counts;
        std::size_t item = 0;
        for (const std::string& path : *paths) {
            rocksdb::SstFileReader reader(options_);
            EXPECT_TRUE(reader.Open(path).ok());
            const std::unique_ptr<rocksdb::Iterator> at(reader.NewIterator(rocksdb::ReadOptions()));
            std::size_t count = 0;
            for (at->SeekToFirst(); at->Valid(); at->Next(), ++count, ++item) {
                EXPECT_EQ(std::memcmp(at->key().data(), set_.item(item).key.data(), key_bytes), 0);
            }
            counts.push_back(count);
        }
        EXPECT_EQ(item, set_.size());
        set_.clear();
        return counts;
    }

    support::TemporaryDirectory temporary_;
    const std::filesystem::path directory_ = temporary_.path() / "fold";
    rocksdb::Options options_;
    WriteSet set_;
    std::optional<Id128> last_;
    int asked_ = 0;
};

TEST_F(SortedFilesTest, ManyNewRecordsGetAFileOfTheirOwn) {
    SortedFiles files(directory_, options_);
    last_ = Id128{.hi = 99, .lo = 1};
    put(TableId::account, 0, 3);
    put(TableId::voucher, 0, 100 + many);
    put(TableId::consumer, 0, 7);
    EXPECT_EQ(write(files), (std::vector<std::size_t>{3, 100, many, 7}));
    // The second time it is known what the store holds; changes of old records stay apart.
    put(TableId::voucher, many, 100 + 2 * many);
    EXPECT_EQ(write(files), (std::vector<std::size_t>{100, many}));
    EXPECT_EQ(asked_, 1);
}

TEST_F(SortedFilesTest, FewNewRecordsShareTheFileOfTheOthers) {
    SortedFiles files(directory_, options_);
    put(TableId::account, 0, 3);
    put(TableId::voucher, 0, 100);
    put(TableId::consumer, 0, 7);
    EXPECT_EQ(write(files), (std::vector<std::size_t>{110}));
    EXPECT_EQ(asked_, 0);
}

TEST_F(SortedFilesTest, ChangesOfOldRecordsAreNoNewOnes) {
    SortedFiles files(directory_, options_);
    last_ = Id128{.hi = 2 * many, .lo = 1};
    put(TableId::voucher, 0, many);
    EXPECT_EQ(write(files), (std::vector<std::size_t>{many}));
}

// Otherwise a merge of old vouchers would take everything between them and the accounts.
TEST_F(SortedFilesTest, ManyChangesOfAKindShareNoFileWithOthers) {
    SortedFiles files(directory_, options_);
    last_ = Id128{.hi = 2 * many, .lo = 1};
    put(TableId::account, 0, 3);
    put(TableId::voucher, 0, many);
    put(TableId::consumer, 0, many);
    put(TableId::redemption, 0, 5);
    EXPECT_EQ(write(files), (std::vector<std::size_t>{3, many, many, 5}));
}

TEST_F(SortedFilesTest, RemovesWhatACrashLeft) {
    std::filesystem::create_directories(directory_);
    const std::filesystem::path left = directory_ / "1.sst";
    std::ofstream(left) << "half a file";
    const SortedFiles files(directory_, options_);
    EXPECT_FALSE(std::filesystem::exists(left));
}

TEST_F(SortedFilesTest, SaysWhichFileCannotBeWritten) {
    std::ofstream(directory_) << "a file where the directory should be";
    const std::filesystem::path inside = directory_ / "fold";
    SortedFiles files(inside, options_);
    put(TableId::voucher, 0, 1);
    set_.sort();
    auto paths =
        files.write(set_, [](const Key&) { return Result<std::optional<Id128>>(std::nullopt); });
    ASSERT_FALSE(paths.ok());
    EXPECT_NE(paths.error().what.find(inside.string()), std::string::npos);
    EXPECT_NE(paths.error().hint.find("rebuilt from the log"), std::string::npos);
}

}  // namespace
}  // namespace fiscus::state

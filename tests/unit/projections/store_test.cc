// Aim: the store shows what was put before it is committed, loses only what was not, and refuses
// states that are not its own. Method: a database in a directory of its own, opened again and
// again.
#include "projections/store/store.h"

#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "projections/store/codec.h"
#include "tests/unit/projections/fold_fixture.h"

namespace fiscus::projections {
namespace {

std::unique_ptr<Store> open_store(const std::string& directory) {
    auto store = Store::open(directory, {.memory_bytes = 8U << 20});
    EXPECT_TRUE(store.ok()) << store.error().text();
    return std::move(store).value();
}

std::vector<std::string> keys_of(const Store& store, std::string_view prefix) {
    std::vector<std::string> keys;
    const Status scanned = store.scan(prefix, [&keys](std::string_view key, std::string_view) {
        keys.emplace_back(key);
        return Status(Done{});
    });
    EXPECT_TRUE(scanned.ok());
    return keys;
}

TEST(StoreTest, ShowsWhatWaitsOverWhatIsCommitted) {
    TemporaryDirectory directory;
    auto store = open_store(directory.file("s"));
    store->put("a1", "old");
    store->put("a2", "stays");
    expect_ok(store->commit());
    store->put("a1", "new");
    store->erase("a2");
    store->put("a0", "first");
    EXPECT_EQ(store->get("a1").value(), "new");
    EXPECT_FALSE(store->get("a2").value().has_value());
    EXPECT_EQ(keys_of(*store, "a"), (std::vector<std::string>{"a0", "a1"}));
    EXPECT_EQ(store->first_key("a", "a1").value(), "a1");
    EXPECT_FALSE(store->first_key("b", "b").value().has_value());
}

TEST(StoreTest, KeepsWhatWasCommittedAndNothingElse) {
    TemporaryDirectory directory;
    {
        auto store = open_store(directory.file("s"));
        store->put("a", "1");
        expect_ok(store->commit());
        store->put("b", "2");
    }
    auto store = open_store(directory.file("s"));
    EXPECT_EQ(store->get("a").value(), "1");
    EXPECT_FALSE(store->get("b").value().has_value());
}

TEST(StoreTest, RefusesAnotherLayoutAndSaysWhatToDo) {
    TemporaryDirectory directory;
    {
        auto store = open_store(directory.file("s"));
        std::string other;
        put_varint(other, state_layout_version + 1);
        store->put("layout", other);
        expect_ok(store->commit());
    }
    const auto store = Store::open(directory.file("s"), {});
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().code, ErrorCode::state);
    EXPECT_NE(store.error().hint.find("rebuilt from the journal"), std::string::npos);
}

TEST(StoreTest, RefusesASecondOwnerAndAMissingDirectory) {
    TemporaryDirectory directory;
    auto store = open_store(directory.file("s"));
    const auto second = Store::open(directory.file("s"), {});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::fenced);
    EXPECT_FALSE(Store::open(directory.file("none"), {.read_only = true}).ok());
    std::ofstream(directory.file("file")) << "not a directory";
    EXPECT_FALSE(Store::open(directory.file("file"), {}).ok());
}

TEST(StoreTest, ALockThatCannotBeTakenForTheDisksSakeIsNoOtherProcess) {
    TemporaryDirectory directory;
    std::filesystem::create_directories(directory.path() / "s" / "LOCK");
    const auto opened = Store::open(directory.file("s"), {});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::state) << opened.error().text();
}

TEST(CodecTest, NumbersComeBackAndCutBytesAreNoticed) {
    for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63},
                                      std::int64_t{-64}, INT64_MAX, INT64_MIN}) {
        std::string bytes;
        put_signed(bytes, number);
        Reader reader(bytes);
        EXPECT_EQ(reader.signed_varint(), number);
        EXPECT_TRUE(reader.finished());
        Reader cut(std::string_view(bytes).substr(0, bytes.size() - 1));
        cut.signed_varint();
        EXPECT_FALSE(cut.ok());
    }
    Reader endless(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12));
    endless.varint();
    EXPECT_FALSE(endless.ok());
}

TEST(CodecTest, KeysSortLikeTheirNumbersAndCanBeReadBack) {
    const auto key = [](std::uint32_t a, std::uint64_t b) {
        return StateKey('x').u32(a).u64(b).bytes();
    };
    EXPECT_LT(key(1, UINT64_MAX), key(2, 0));
    EXPECT_LT(key(255, 1), key(256, 0));
    const std::string bytes = StateKey('x').u8(1).u16(2).day(20'513).u64(4).bytes();
    KeyReader reader(bytes);
    EXPECT_EQ(reader.u8(), 1);
    EXPECT_EQ(reader.u16(), 2);
    EXPECT_EQ(reader.day(), 20'513);
    EXPECT_EQ(reader.u64(), 4U);
    EXPECT_TRUE(reader.finished());
    reader.u8();
    EXPECT_FALSE(reader.finished());
}

}  // namespace
}  // namespace fiscus::projections

// A fold over a state directory of its own, with the rows that it made; restart() puts it through a
// commit and a new start. Thread: one. Fails: a failed Status ends the test program's expectation.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "projections/statistics/fold.h"
#include "projections/statistics/query.h"
#include "tests/unit/projections/journal_maker.h"

namespace fiscus::projections {

struct KeptRow {
    Stream stream{};
    Keep keep{};
    std::uint64_t number = 0;
    std::string key;
    std::string value;

    [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(value); }
    friend bool operator==(const KeptRow&, const KeptRow&) = default;
};

class KeepingSink final : public RowSink {
public:
    Status take(const RowBuffer& rows) override {
        for (std::size_t index = 0; index < rows.size(); ++index) {
            const Row row = rows.row(index);
            kept.push_back(
                {row.stream, row.keep, row.number, std::string(row.key), std::string(row.value)});
        }
        return Done{};
    }

    std::vector<KeptRow> kept;
};

// A directory that disappears with its owner.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "fiscus_XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

class FoldUnderTest {
public:
    explicit FoldUnderTest(std::size_t cut_memory_max = cut_memory_default)
        : cut_memory_max_(cut_memory_max) {
        open();
    }

    // Everything that the maker added since the last time.
    Status apply(JournalMaker& maker) { return apply(maker.take()); }
    Status apply(const journal::Entries& entries) {
        return fold_->apply({.entries = entries.entries,
                             .postings = entries.postings,
                             .detail = [&entries](std::size_t index) -> Bytes {
                                 for (const journal::Detail& detail : entries.details) {
                                     if (detail.entry == index) {
                                         return detail.bytes;
                                     }
                                 }
                                 return {};
                             }});
    }
    void commit() {
        fold_->save();
        const Status committed = store_->commit();
        ASSERT_TRUE(committed.ok()) << committed.error().text();
    }
    void restart() {
        commit();
        fold_.reset();
        store_.reset();
        open();
    }
    // As if the process had died before the commit.
    void forget() {
        fold_.reset();
        store_.reset();
        open();
    }

    Fold& fold() { return *fold_; }
    Store& store() { return *store_; }
    std::vector<KeptRow>& rows() { return sink_.kept; }
    Query query() { return Query({fold_.get()}); }

    // The whole committed state: equal states have equal dumps.
    std::map<std::string, std::string> dump() {
        std::map<std::string, std::string> all;
        const Status scanned = store_->scan("", [&](std::string_view key, std::string_view value) {
            all.emplace(key, value);
            return Status(Done{});
        });
        EXPECT_TRUE(scanned.ok());
        return all;
    }

    // Rows of a type, in order of publication.
    std::vector<nlohmann::json> rows_of(const std::string& type) {
        std::vector<nlohmann::json> found;
        for (const KeptRow& row : sink_.kept) {
            nlohmann::json value = row.json();
            if (value["row_type"] == type) {
                found.push_back(std::move(value));
            }
        }
        return found;
    }
    // The value of the last row with this key; null if there is none.
    nlohmann::json latest(const std::string& key) {
        for (auto row = sink_.kept.rbegin(); row != sink_.kept.rend(); ++row) {
            if (row->key == key) {
                return row->json();
            }
        }
        return nullptr;
    }

private:
    void open() {
        auto store = Store::open(directory_.file("state"), {.memory_bytes = 8U << 20});
        ASSERT_TRUE(store.ok()) << store.error().text();
        store_ = std::move(store).value();
        auto fold = Fold::open(*store_, sink_, 0, cut_memory_max_);
        ASSERT_TRUE(fold.ok()) << fold.error().text();
        fold_ = std::move(fold).value();
    }

    TemporaryDirectory directory_;
    std::size_t cut_memory_max_;
    KeepingSink sink_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Fold> fold_;
};

// "1/2026-03-01/…" for programme 1.
inline std::string key_of(std::int32_t day, const std::string& place) {
    return "1/" + date_text(day) + "/" + place;
}

inline void expect_ok(const Status& status) {
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().text());
}

}  // namespace fiscus::projections

// statistics: entries → facts, days and the figures of their cuts; rows are made and thrown away.
// statistics_save: what changed is put into the store and committed, as the runner does it now and
// then. Floors: the sums of the same entries added to the cells of all grouping sets in a plain
// array, without days, distinct sets or rows; a copy of the bytes that are put into the store.
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "bench/micro/corpus.h"
#include "bench/support/scratch_directory.h"
#include "engine/base/check.h"
#include "projections/statistics/fold.h"

namespace fiscus::bench {
namespace {

using projections::Sum;

constexpr std::uint32_t programme = 1;

class RowCounter final : public projections::RowSink {
public:
    Status take(const projections::RowBuffer& rows) override {
        rows_ += rows.size();
        return Done{};
    }
    [[nodiscard]] std::uint64_t rows() const { return rows_; }

private:
    std::uint64_t rows_ = 0;
};

// A fold over a store of its own.
class Statistics {
public:
    Statistics() {
        auto store = projections::Store::open(directory_.path().string(), {});
        FISCUS_CHECK(store.ok(), "RocksDB opens in an empty directory");
        store_ = std::move(store).value();
        auto fold = projections::Fold::open(*store_, sink_, 0);
        FISCUS_CHECK(fold.ok(), "a fold of nothing opens");
        fold_ = std::move(fold).value();
    }

    void apply(std::span<const Turn> turns) {
        for (const Turn& turn : turns) {
            const journal::Entries& entries = turn.entries;
            auto next = entries.details.begin();
            // Details ascend by entry, and the fold asks in that order.
            const auto detail = [&entries, &next](std::size_t entry) {
                while (next != entries.details.end() && next->entry < entry) {
                    ++next;
                }
                const bool found = next != entries.details.end() && next->entry == entry;
                return found ? Bytes(next->bytes) : Bytes();
            };
            const auto folded = fold_->apply(
                {.entries = entries.entries, .postings = entries.postings, .detail = detail});
            FISCUS_CHECK(folded.ok(), "the journal of the ledger does not contradict itself");
        }
    }

    // The bytes that were put into the store.
    std::size_t save() {
        fold_->save();
        const std::size_t bytes = store_->waiting_bytes();
        FISCUS_CHECK(store_->commit().ok(), "the store takes what is saved");
        return bytes;
    }

    // After all turns.
    void check(const Corpus& corpus) {
        const projections::Sums& sums = fold_->find(programme)->lifetime;
        const load::ExpectedDay& expected = corpus.expected().total;
        const auto at = [&sums](Sum sum) { return sums[projections::index(sum)]; };
        const auto count_at = [&at](Sum sum) { return static_cast<std::uint64_t>(at(sum)); };
        FISCUS_CHECK(count_at(Sum::issued_count) == expected.issued_count &&
                         at(Sum::issued_amount) == expected.issued_fen &&
                         count_at(Sum::redeemed_count) == expected.redeemed_count &&
                         at(Sum::redeemed_amount) == expected.redeemed_fen &&
                         count_at(Sum::refunded_count) == expected.refunded_count &&
                         at(Sum::refunded_amount) == expected.refunded_fen,
                     "the statistics add up to what the load intends");
        std::int64_t sum_fen = 0;
        for (const projections::AccountBalance& account : fold_->accounts().balances({})) {
            sum_fen += account.balance_fen;
        }
        FISCUS_CHECK(sum_fen == 0, "no fen appears or disappears");
        FISCUS_CHECK(sink_.rows() > 0, "days that were cut have their rows");
    }

private:
    ScratchDirectory directory_;
    RowCounter sink_;
    std::unique_ptr<projections::Store> store_;
    std::unique_ptr<projections::Fold> fold_;
};

enum class Timed : std::uint8_t { fold, save };

void run_statistics(benchmark::State& bench, const Corpus& corpus, Timed timed) {
    for ([[maybe_unused]] auto iteration : bench) {
        bench.PauseTiming();
        {
            Statistics statistics;
            statistics.apply(corpus.warm_up());
            statistics.save();
            if (timed == Timed::fold) {
                bench.ResumeTiming();
            }
            statistics.apply(corpus.measured());
            if (timed == Timed::fold) {
                bench.PauseTiming();
            } else {
                bench.ResumeTiming();
            }
            statistics.save();
            if (timed == Timed::save) {
                bench.PauseTiming();
            }
            statistics.check(corpus);
        }
        bench.ResumeTiming();
    }
    report(bench, corpus.measured_events());
}

void fold_entries(benchmark::State& bench, const Corpus& corpus) {
    run_statistics(bench, corpus, Timed::fold);
}

void save_cells(benchmark::State& bench, const Corpus& corpus) {
    run_statistics(bench, corpus, Timed::save);
}

// What an entry adds, and to which cells.
struct Addition {
    projections::SumRange range{};
    projections::KindAmounts amounts{};
    std::array<std::size_t, projections::grouping_count> cells{};
};

void add_to_cells(benchmark::State& bench, const Corpus& corpus) {
    std::map<projections::CellKey, std::size_t> numbers;
    std::vector<Addition> additions;
    for (const Turn& turn : corpus.measured()) {
        for (const wire::Entry& entry : turn.entries.entries) {
            if (static_cast<wire::Outcome>(entry.outcome()) != wire::Outcome::accepted) {
                continue;
            }
            const projections::Fact fact = projections::fact_of(entry, true, false);
            Addition& addition = additions.emplace_back(
                Addition{.range = projections::sums_of(fact.kind), .amounts = fact.amounts});
            for (std::size_t i = 0; i < projections::grouping_count; ++i) {
                const auto key = projections::cell_key(projections::groupings()[i], fact.values);
                addition.cells[i] = numbers.try_emplace(key, numbers.size()).first->second;
            }
        }
    }
    std::vector<projections::Sums> cells(numbers.size());
    for ([[maybe_unused]] auto iteration : bench) {
        for (const Addition& addition : additions) {
            for (const std::size_t cell : addition.cells) {
                for (std::size_t i = 0; i < addition.range.count; ++i) {
                    cells[cell][addition.range.first + i] += addition.amounts[i];
                }
            }
        }
        benchmark::DoNotOptimize(cells.data());
    }
    bench.SetLabel("sums added to a plain array of cells");
    report(bench, corpus.measured_events());
}

void copy_cells(benchmark::State& bench, const Corpus& corpus) {
    Statistics statistics;
    statistics.apply(corpus.warm_up());
    statistics.save();
    statistics.apply(corpus.measured());
    const std::vector<std::byte> from(statistics.save(), std::byte{1});
    std::vector<std::byte> to(from.size());
    for ([[maybe_unused]] auto iteration : bench) {
        std::memcpy(to.data(), from.data(), from.size());
        benchmark::ClobberMemory();
    }
    FISCUS_CHECK(to.back() == from.back(), "a copy is equal");
    bench.SetLabel("copy of the bytes that are put");
    report(bench, corpus.measured_events());
}

}  // namespace

void register_statistics(const Corpus& corpus) {
    add("statistics", corpus, fold_entries);
    add("statistics/floor", corpus, add_to_cells);
    add("statistics_save", corpus, save_cells);
    add("statistics_save/floor", corpus, copy_cells);
}

}  // namespace fiscus::bench

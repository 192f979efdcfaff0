#include "bench/end_to_end/checks.h"

#include <algorithm>

#include <fmt/format.h>

namespace fiscus::bench {
namespace {

using projections::Sum;

constexpr std::uint64_t mebibyte = 1ULL << 20;

Check outcomes(const runtime::Counts& counts, const load::Expected& expected) {
    return {
        .good = counts.accepted == expected.accepted && counts.duplicates == expected.duplicates &&
                counts.refused == expected.refused && counts.quarantined == expected.quarantined &&
                counts.by_reason == expected.reasons,
        .what =
            fmt::format("outcomes are those that the load intends: accepted {}, "
                        "duplicates {}, refused {}, quarantined {}, each for its reason",
                        counts.accepted, counts.duplicates, counts.refused, counts.quarantined)};
}

Check journal(const JobResult& result) {
    const std::uint64_t events = result.expected.records;
    return {.good = result.engine.sequence == events && result.statistics.counts.entries == events,
            .what = fmt::format("every event has one entry in the journal ({}), and the statistics "
                                "folded each of them once ({})",
                                result.engine.sequence, result.statistics.counts.entries)};
}

Check money(const JobResult& result) {
    return {
        .good = result.engine.trial_balance_fen == 0 && result.statistics.trial_balance_fen == 0,
        .what = fmt::format("all accounts add up to {} fen in the ledger and to {} fen in the "
                            "statistics",
                            result.engine.trial_balance_fen, result.statistics.trial_balance_fen)};
}

Check figures(const projections::Sums& sums, const load::ExpectedDay& expected) {
    const auto same = [&sums](Sum sum, auto wanted) {
        return sums[projections::index(sum)] == static_cast<std::int64_t>(wanted);
    };
    return {.good = same(Sum::issued_count, expected.issued_count) &&
                    same(Sum::issued_amount, expected.issued_fen) &&
                    same(Sum::redeemed_count, expected.redeemed_count) &&
                    same(Sum::redeemed_amount, expected.redeemed_fen) &&
                    same(Sum::order_amount, expected.order_fen) &&
                    same(Sum::platform_match, expected.platform_match_fen) &&
                    same(Sum::merchant_match, expected.merchant_match_fen) &&
                    same(Sum::refunded_count, expected.refunded_count) &&
                    same(Sum::refunded_amount, expected.refunded_fen) &&
                    same(Sum::refunded_order_amount, expected.refunded_order_fen),
            .what = fmt::format("the statistics add up to what the load intends: {} issued, {} "
                                "redeemed, {} refunded, each with its amounts",
                                expected.issued_count, expected.redeemed_count,
                                expected.refunded_count)};
}

// What competing claims must not do: more vouchers than there are, or more than one consumer may
// have, or vouchers without money.
Check competition(const JournalClaims& claims, const load::Expected& expected) {
    return {.good = claims.vouchers == expected.total.issued_count &&
                    claims.posted_fen == expected.total.issued_fen &&
                    claims.most_of_one_consumer == expected.cap_per_consumer,
            .what = fmt::format("by the journal's entries {} vouchers went to {} consumers that "
                                "asked, at most {} to one, and their postings add up to {} fen",
                                claims.vouchers, claims.consumers, claims.most_of_one_consumer,
                                claims.posted_fen)};
}

}  // namespace

double events_per_second(std::uint64_t events, double seconds) {
    return static_cast<double>(events) / std::max(1e-9, seconds);
}

std::vector<Check> check_job(const JobResult& result, const Bounds& bounds) {
    std::vector<Check> checks{
        outcomes(result.engine.counts, result.expected),
        journal(result),
        money(result),
        figures(result.statistics.sums, result.expected.total),
        {.good = result.engine.durable_offset == result.engine.next_offset,
         .what = "the stored state is that of the last event, and its records add up to the digest "
                 "of the journal"},
    };
    if (result.claims) {
        checks.push_back(competition(*result.claims, result.expected));
    }
    const double rate = events_per_second(result.expected.records, result.whole_seconds);
    if (bounds.floor > 0) {
        checks.push_back({.good = rate >= bounds.floor,
                          .what = fmt::format(
                              "the whole rate, {:.0f} events/s, is not below the floor of {:.0f}",
                              rate, bounds.floor)});
    }
    if (bounds.resident_bytes_max) {
        checks.push_back({.good = result.resident_bytes_max <= *bounds.resident_bytes_max,
                          .what = fmt::format("resident memory, {} MiB at most, is within the "
                                              "setting of {} MiB",
                                              result.resident_bytes_max / mebibyte,
                                              *bounds.resident_bytes_max / mebibyte)});
    }
    return checks;
}

}  // namespace fiscus::bench

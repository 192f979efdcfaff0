#include "projections/statistics/day_counter.h"

#include <algorithm>
#include <utility>

#include <tsl/robin_set.h>

namespace fiscus::projections {

namespace {

// Parts of a range of ordinals whose facts are counted before it is divided.
constexpr std::uint32_t parts_max = 4'096;

std::uint32_t ordinal_of(const Fact& fact, Counted who) {
    return who == Counted::merchants ? fact.merchant : fact.consumer;
}

// Each fact counts once, with its consumer; with its merchant again when it has a step there.
bool counts(const Fact& fact, Counted who) {
    return who != Counted::merchants || fact.removes ||
           (fact.own_day &&
            (fact.kind == FactKind::redemption || fact.kind == FactKind::submission));
}

// What happened, as amounts of one kind, so that sums say how often in each cell.
namespace deed {
constexpr std::size_t received = 0;
constexpr std::size_t refused = 1;
constexpr std::size_t redeemed = 2;
constexpr std::size_t refunded = 3;
constexpr std::size_t submitted = 4;
constexpr std::size_t requested = 5;
}  // namespace deed

Fact deeds_of(const Fact& fact) {
    Fact deeds = fact;
    deeds.kind = FactKind::request;  // the kind that has as many amounts
    deeds.amounts = {};
    deeds.amounts[deed::received] = fact.own_day && fact.kind == FactKind::claim ? 1 : 0;
    deeds.amounts[deed::refused] = fact.own_day && fact.kind == FactKind::refused_claim ? 1 : 0;
    deeds.amounts[deed::redeemed] = fact.own_day && fact.kind == FactKind::redemption ? 1 : 0;
    deeds.amounts[deed::refunded] = fact.removes ? 1 : 0;
    deeds.amounts[deed::submitted] = fact.own_day && fact.kind == FactKind::submission ? 1 : 0;
    deeds.amounts[deed::requested] = fact.own_day && fact.kind == FactKind::request ? 1 : 0;
    return deeds;
}

std::int64_t times(const CellValues& cell, std::size_t what) {
    return cell.sums[request_sums.first + what];
}

// What one consumer or merchant is in a cell in which it did so much.
DistinctCounts distinct_of(const CellValues& cell, Counted who) {
    DistinctCounts distinct{};
    const auto set = [&distinct](Distinct which, bool is) { distinct[index(which)] = is ? 1 : 0; };
    const bool redeems = times(cell, deed::redeemed) > 0;
    const bool keeps = times(cell, deed::redeemed) > times(cell, deed::refunded);
    const bool submits = times(cell, deed::submitted) > 0;
    if (who == Counted::merchants) {
        set(Distinct::redeeming_merchants, redeems);
        set(Distinct::redeeming_merchants_net, keeps);
        set(Distinct::invoice_merchants, submits);
        return distinct;
    }
    const bool receives = times(cell, deed::received) > 0;
    set(Distinct::claiming_consumers_asked, receives || times(cell, deed::refused) > 0);
    set(Distinct::claiming_consumers_received, receives);
    set(Distinct::redeeming_consumers, redeems);
    set(Distinct::redeeming_consumers_net, keeps);
    set(Distinct::invoice_consumers, submits);
    set(Distinct::draw_consumers, times(cell, deed::requested) > 0);
    return distinct;
}

}  // namespace

DayCounter::DayCounter(std::size_t memory_max)
    : facts_max_(std::max(memory_max / bytes_of_fact, facts_min)), gathered_(facts_max_) {}

bool DayCounter::Slice::has(const Fact& fact) const {
    const std::uint32_t ordinal = ordinal_of(fact, who);
    return first <= ordinal && ordinal <= last && counts(fact, who);
}

std::vector<Fact> DayCounter::Slice::chosen(std::span<const Fact> facts, bool as_deeds) const {
    std::vector<Fact> some;
    for (const Fact& fact : facts) {
        if (has(fact)) {
            some.push_back(as_deeds ? deeds_of(fact) : fact);
        }
    }
    return some;
}

void DayCounter::note_memory(std::size_t beside_facts) {
    memory_peak_ = std::max(memory_peak_, gathered_.memory() + beside_facts);
}

Status DayCounter::read(const FactSource& source, const VisitFacts& visit) {
    ++readings_;
    return source(visit);
}

Result<DayValues> DayCounter::count(const FactSource& day) {
    Slice consumers{.who = Counted::consumers};
    Slice merchants{.who = Counted::merchants};
    bool fits = true;
    gathered_.clear();
    FISCUS_TRY(read(day, [&](std::span<const Fact> facts) -> Status {
        for (const Fact& fact : facts) {
            consumers.last = std::max(consumers.last, fact.consumer);
            merchants.last = std::max(merchants.last, fact.merchant);
            fits = fits && gathered_.facts() < facts_max_;
            if (fits) {
                gathered_.add(fact, Counted::everybody);
            }
        }
        return Done{};
    }));
    if (fits) {
        return count_gathered();
    }
    std::vector<Slice> slices;
    FISCUS_TRY(divide(day, consumers, slices));
    FISCUS_TRY(divide(day, merchants, slices));
    DayValues values;
    for (const Slice& slice : slices) {
        FISCUS_ASSIGN(const DayValues some,
                      slice.alone ? count_alone(day, slice) : count_slice(day, slice));
        add_values(values, some);
    }
    return values;
}

Result<DayValues> DayCounter::count_late(const DayValues& before,
                                         const FactSource& day,
                                         const FactSource& late) {
    FISCUS_ASSIGN(const bool fits, gather_before(day, late));
    if (!fits) {
        return count([&day, &late](const VisitFacts& visit) -> Status {
            FISCUS_TRY(day(visit));
            return late(visit);
        });
    }
    FISCUS_ASSIGN(const DayValues known, count_gathered());
    FISCUS_TRY(read(late, [this](std::span<const Fact> facts) -> Status {
        for (const Fact& fact : facts) {
            gathered_.add(fact, Counted::everybody);
        }
        return Done{};
    }));
    FISCUS_ASSIGN(DayValues values, count_gathered());
    take_away_distinct(values, known);
    add_values(values, before);
    return values;
}

Result<bool> DayCounter::gather_before(const FactSource& day, const FactSource& late) {
    // Beyond these shares it would not be faster, and all together they take what may be held.
    const std::size_t late_max = facts_max_ / 8;
    const std::size_t before_max = facts_max_ / 2;
    tsl::robin_set<std::uint32_t> consumers;
    tsl::robin_set<std::uint32_t> merchants;
    std::size_t late_facts = 0;
    FISCUS_TRY(read(late, [&](std::span<const Fact> facts) -> Status {
        late_facts += facts.size();
        for (std::size_t at = 0; at < facts.size() && late_facts <= late_max; ++at) {
            consumers.insert(facts[at].consumer);
            if (counts(facts[at], Counted::merchants)) {
                merchants.insert(facts[at].merchant);
            }
        }
        return Done{};
    }));
    if (late_facts > late_max) {
        return false;
    }
    bool fits = true;
    gathered_.clear();
    FISCUS_TRY(read(day, [&](std::span<const Fact> facts) -> Status {
        for (const Fact& fact : facts) {
            const bool by_consumer = consumers.contains(fact.consumer);
            const bool by_merchant =
                counts(fact, Counted::merchants) && merchants.contains(fact.merchant);
            fits = fits && gathered_.facts() < before_max;
            if (fits && (by_consumer || by_merchant)) {
                Fact counted = fact;
                counted.amounts = {};  // they are in the sums already
                gathered_.add(counted, by_consumer && by_merchant ? Counted::everybody
                                       : by_consumer              ? Counted::consumers
                                                                  : Counted::merchants);
            }
        }
        return Done{};
    }));
    note_memory((consumers.bucket_count() + merchants.bucket_count()) * sizeof(std::uint64_t));
    return fits;
}

Status DayCounter::divide(const FactSource& day, const Slice& slice, std::vector<Slice>& slices) {
    const std::uint32_t width = (slice.last - slice.first) / parts_max + 1;
    std::vector<std::uint64_t> facts_of(parts_max);
    FISCUS_TRY(read(day, [&](std::span<const Fact> facts) -> Status {
        for (const Fact& fact : facts) {
            if (slice.has(fact)) {
                ++facts_of[(ordinal_of(fact, slice.who) - slice.first) / width];
            }
        }
        return Done{};
    }));
    std::uint64_t room = 0;  // in the last slice
    for (std::uint32_t at = 0; at < parts_max; ++at) {
        if (facts_of[at] == 0) {
            continue;
        }
        Slice part = slice;
        part.first += at * width;
        part.last = slice.last - part.first < width ? slice.last : part.first + (width - 1);
        part.alone = facts_of[at] > facts_max_;
        if (part.alone && width > 1) {
            FISCUS_TRY(divide(day, part, slices));
            room = 0;
        } else if (facts_of[at] <= room) {
            slices.back().last = part.last;
            room -= facts_of[at];
        } else {
            slices.push_back(part);
            room = part.alone ? 0 : facts_max_ - facts_of[at];
        }
    }
    return Done{};
}

Result<DayValues> DayCounter::count_gathered() {
    gathered_.sort();
    note_memory(0);
    return values_of(gathered_);
}

Result<DayValues> DayCounter::count_slice(const FactSource& day, const Slice& slice) {
    gathered_.clear();
    FISCUS_TRY(read(day, [&](std::span<const Fact> facts) -> Status {
        gather(facts, slice);
        return Done{};
    }));
    return count_gathered();
}

void DayCounter::gather(std::span<const Fact> facts, const Slice& slice) {
    for (const Fact& fact : facts) {
        if (!slice.has(fact)) {
            continue;
        }
        Fact counted = fact;
        if (slice.who == Counted::merchants) {
            counted.amounts = {};  // they went into the sums with the consumer
        }
        gathered_.add(counted, slice.who);
    }
}

Result<DayValues> DayCounter::count_alone(const FactSource& day, const Slice& slice) {
    const auto of_slice = [&day, &slice](bool as_deeds) -> FactSource {
        return [&day, &slice, as_deeds](const VisitFacts& visit) {
            return day([&](std::span<const Fact> facts) -> Status {
                return visit(slice.chosen(facts, as_deeds));
            });
        };
    };
    FISCUS_ASSIGN(DayValues values, sum(of_slice(true)));
    for (CellValues& cell : values) {
        if (times(cell, deed::refunded) > times(cell, deed::redeemed)) {
            return too_many_refunds(cell.key);
        }
        cell.distinct = distinct_of(cell, slice.who);
        cell.sums = {};
    }
    if (slice.who != Counted::merchants) {
        FISCUS_ASSIGN(const DayValues sums, sum(of_slice(false)));
        add_values(values, sums);
    }
    return values;
}

Result<DayValues> DayCounter::sum(const FactSource& facts) {
    gathered_.clear();
    FISCUS_TRY(read(facts, [this](std::span<const Fact> portion) -> Status {
        for (const Fact& fact : portion) {
            gathered_.add(fact, Counted::nobody);
        }
        return Done{};
    }));
    return sums_of(gathered_, std::nullopt);
}

}  // namespace fiscus::projections

// What the fairness sheets (公平性检验单) of both kinds of draws have in common: tables of classes
// with the band in which chance alone keeps their counts, and tests with their verdicts. A table
// shares one limit: each of its n classes has the band of rarest ÷ n, so a sound table has a class
// outside less than twice in a million, however many classes it has.
// What is measured and why it is exact: docs/formats/fairness-sheet.md, docs/decisions/0017.
// Thread: values. Fails: never.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/fairness/chi_square.h"
#include "engine/fairness/odds.h"

namespace fiscus::fairness {

// What classes are made by, and what else is tested.
enum class Subject : std::uint8_t {
    list_order,  // tenths of the list, 1 … 10
    platform,    // that the ticket or request came through
    district,    // of the seller, of the consumer at the request
    hour,        // of the submission, of the request, in Shanghai
    amount,      // of the invoice: the least of its class, in fen
    tier,        // of an instant draw; 0: none
    prize,       // amounts that are won in a tier, in fen
    chance,      // tenths of 2^64 in which u lies, 1 … 10
    neighbours,  // whether one tells of the next
};
std::string_view subject_word(Subject subject);

// One of a grouping: tickets or requests that have something in common before chance decides.
struct ClassLine {
    std::int64_t key = 0;  // by subject
    std::uint64_t members = 0;
    double expected = 0;  // of them among those that chance takes
    std::uint64_t taken = 0;
    Band band;
    std::uint64_t winners = 0;  // what the rules made of it

    [[nodiscard]] bool within() const { return band.contains(taken); }
};

struct ClassTable {
    Subject subject = Subject::list_order;
    std::vector<ClassLine> lines;  // ascending by key

    [[nodiscard]] std::uint64_t classes_outside() const;
};

// How the same classes are tested: by what chance takes, or by all ranks in tenths.
enum class Measured : std::uint8_t { taken, ranks };

struct ChanceTest {
    Subject subject = Subject::list_order;
    Measured measured = Measured::taken;
    ChiSquare chi_square;
    std::uint64_t classes_outside = 0;

    [[nodiscard]] bool within() const { return classes_outside == 0 && chi_square.within(); }
};
bool all_within(const std::vector<ChanceTest>& tests);

// The tenth of a list of `total` that a position lies in, 1 … 10.
std::int64_t tenth_of(std::uint64_t position, std::uint64_t total);
// The hour of the day in Shanghai, 0 … 23.
std::int64_t hour_of(std::int64_t instant_us);

}  // namespace fiscus::fairness

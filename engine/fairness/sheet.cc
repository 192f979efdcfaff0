#include "engine/fairness/sheet.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/time.h"

namespace fiscus::fairness {

std::string_view subject_word(Subject subject) {
    switch (subject) {
        case Subject::list_order: return "list_order";
        case Subject::platform: return "platform";
        case Subject::district: return "district";
        case Subject::hour: return "hour";
        case Subject::amount: return "amount";
        case Subject::tier: return "tier";
        case Subject::prize: return "prize";
        case Subject::chance: return "chance";
        case Subject::neighbours: return "neighbours";
    }
    FISCUS_CHECK(false, "every subject has a word");
}

std::uint64_t ClassTable::classes_outside() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(lines, [](const ClassLine& line) { return !line.within(); }));
}

bool all_within(const std::vector<ChanceTest>& tests) {
    return std::ranges::all_of(tests, [](const ChanceTest& test) { return test.within(); });
}

std::int64_t tenth_of(std::uint64_t position, std::uint64_t total) {
    return static_cast<std::int64_t>(position * 10 / total) + 1;
}

std::int64_t hour_of(std::int64_t instant_us) {
    constexpr std::int64_t us_per_hour = 60 * us_per_minute;
    return (instant_us - start_of_day_us(business_day(instant_us))) / us_per_hour;
}

}  // namespace fiscus::fairness

// What tests know of the topics of rows (docs/formats/statistics.md), without the program's own
// reading of them. Thread: any. Fails: never.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "engine/log/topics.h"

namespace fiscus::support {

inline constexpr std::array<std::string_view, 5> row_topics = {
    log::statistics_topic, log::statistics_history_topic, log::reconciliation_topic,
    log::refusals_topic, log::outcomes_topic};

// What `{"row":N` at the beginning of a value says; 0: it is no row.
inline std::uint64_t row_number_of(std::string_view value) {
    constexpr std::string_view prefix = R"({"row":)";
    std::uint64_t number = 0;
    if (value.starts_with(prefix)) {
        std::from_chars(value.data() + prefix.size(), value.data() + value.size(), number);
    }
    return number;
}

}  // namespace fiscus::support

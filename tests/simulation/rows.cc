#include "tests/simulation/rows.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "engine/base/hash.h"
#include "engine/log/topics.h"
#include "tests/support/rows.h"

namespace fiscus::simulation {
namespace {

std::string wrong_rows_of(const std::string& topic,
                          const Cluster::Records& records,
                          Faults& counts) {
    const bool compacted = topic == log::statistics_topic;
    std::map<std::uint64_t, Hash128> values;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> of_key;  // newest, last
    for (std::size_t offset = 0; offset < records.size(); ++offset) {
        if (records[offset].hole) {
            continue;
        }
        const log::Record record = records[offset].at(static_cast<std::int64_t>(offset));
        const std::uint64_t number = support::row_number_of(as_text(record.value));
        const auto where = [&] { return topic + ", offset " + std::to_string(offset) + ": "; };
        if (number == 0) {
            return where() + "no row";
        }
        const Hash128 value = xxh3_128({}, record.value);
        const std::uint64_t last = values.empty() ? 0 : values.rbegin()->first;
        const auto [known, is_new] = values.try_emplace(number, value);
        counts.count("rows: one comes twice", std::uint64_t{!is_new});
        if (!is_new && known->second != value) {
            return where() + "row " + std::to_string(number) + " was another one before";
        }
        if (is_new && (compacted ? number <= last : number != last + 1)) {
            return where() + "row " + std::to_string(number) + " after row " + std::to_string(last);
        }
        auto& [newest, newest_at_end] = of_key[std::string(as_text(record.key))];
        newest = std::max(newest, number);
        newest_at_end = number;
    }
    for (const auto& [key, rows] : of_key) {
        if (compacted && rows.first != rows.second) {
            return topic + ": the last row of key " + key + " is " + std::to_string(rows.second) +
                   ", the newest " + std::to_string(rows.first);
        }
    }
    return {};
}

}  // namespace

std::string wrong_rows(Cluster& cluster, std::int32_t partition, Faults& counts) {
    for (const std::string_view topic : support::row_topics) {
        if (std::string wrong =
                wrong_rows_of(std::string(topic), cluster.stored(topic, partition), counts);
            !wrong.empty()) {
            return wrong;
        }
    }
    return {};
}

}  // namespace fiscus::simulation

#include "tests/simulation/history.h"

#include <algorithm>

#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "tests/property/key_files.h"

namespace fiscus::simulation {
namespace {

log::NewRecord record_of(const reference::Input& input) {
    log::NewRecord record{.timestamp_us = input.timestamp_us,
                          .key_is_null = !input.key.has_value(),
                          .value_is_null = !input.value.has_value()};
    if (input.key) {
        record.key = as_byte_span(*input.key);
    }
    if (input.value) {
        record.value = as_byte_span(*input.value);
    }
    return record;
}

}  // namespace

std::size_t History::publish(Cluster& cluster, std::size_t count) {
    const std::size_t end = std::min(records_.size(), published_ + count);
    count = end - published_;
    for (; published_ < end; ++published_) {
        const reference::Input& input = records_[published_];
        cluster.append_at(log::events_topic, world_.shard().partition, input.offset,
                          record_of(input));
    }
    return count;
}

void History::write_keys(const std::filesystem::path& folder) const {
    property::write_key_files(folder, world_.oracle());
}

std::string History::compare(const journal::BlockView& block, std::size_t& at) const {
    const auto postings = block.postings();
    std::size_t posting = 0;
    for (const wire::Entry& entry : block.entries()) {
        const reference::Answer found = reference::answer_of(entry, postings.data() + posting);
        posting += entry.postings();
        if (at == published_) {
            return "the journal has more entries than there are records";
        }
        const std::string differs = reference::differences(world_.answers()[at], found);
        if (!differs.empty()) {
            return "entry " + std::to_string(at + 1) + ", oracle ≠ journal:\n" + differs;
        }
        ++at;
    }
    return {};
}

std::string History::differences(Cluster& cluster) const {
    const auto log = cluster.connect();
    auto reader = journal::JournalReader::open(*log, world_.shard().partition, {});
    std::size_t at = 0;
    while (reader.ok()) {
        auto block = reader.value()->next(std::chrono::milliseconds(0));
        if (!block.ok()) {
            return block.error().text();
        }
        if (!block->has_value()) {
            break;
        }
        if (std::string differs = compare((*block)->view, at); !differs.empty()) {
            return differs;
        }
    }
    return at == records_.size() ? std::string()
                                 : "the journal has " + std::to_string(at) + " entries of " +
                                       std::to_string(records_.size());
}

std::string History::differences_before(Cluster& cluster, std::int64_t end) const {
    const auto log = cluster.connect();
    auto reader = journal::JournalReader::open(*log, world_.shard().partition, {});
    std::size_t at = 0;
    while (reader.ok()) {
        auto block = reader.value()->next_before(end, std::chrono::milliseconds(0));
        if (!block.ok() || !block->has_value()) {
            break;
        }
        if (std::string differs = compare((*block)->view, at); !differs.empty()) {
            return differs;
        }
    }
    return {};
}

void History::count(Faults& faults) const {
    for (const reference::Answer& answer : world_.answers()) {
        if (answer.outcome == wire::Outcome::duplicate) {
            faults.count("sources: a record came twice");
        }
        if ((answer.flags & reference::fills_gap) != 0) {
            faults.count("sources: a record came late");
        }
        if (answer.gap_from != 0) {
            faults.count("sources: records are missing");
        }
        if (answer.outcome == wire::Outcome::quarantined) {
            faults.count("sources: a record is no event");
        }
        if (answer.reason == wire::Reason::sequence_conflict ||
            answer.reason == wire::Reason::natural_key_conflict) {
            faults.count("sources: a record contradicts an earlier one");
        }
        if (answer.reason == wire::Reason::epoch_fenced) {
            faults.count("sources: an instance that was replaced goes on");
        }
    }
}

}  // namespace fiscus::simulation

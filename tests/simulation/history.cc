#include "tests/simulation/history.h"

#include <algorithm>
#include <fstream>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "engine/secrets/secret_file.h"
#include "tests/support/day_keys.h"
#include "tests/support/source_keys.h"

namespace fiscus::simulation {
namespace {

constexpr std::uint32_t programme_max = 200;

std::string to_hex_text(const std::string& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4U];
        text += digits[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

void write_key(const std::filesystem::path& path, const std::string& key) {
    std::ofstream(path) << to_hex_text(key) << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
}

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
    for (std::uint32_t number = 1; number <= programme_max; ++number) {
        const reference::Programme* programme = world_.oracle().programme(number);
        if (programme == nullptr) {
            continue;
        }
        for (const reference::InstantDraw& draw : programme->instant_draws) {
            write_key(folder / ("draw-" + std::to_string(number) + "-" +
                                date_text(draw.rules.first_day) + ".key"),
                      support::last_key_of(draw.rules.chain_head).value_or(""));
        }
        for (const auto& [source, record] : programme->sources) {
            for (const auto& [key, committed] : record.keys) {
                write_key(folder / secrets::source_key_file_name(ProgrammeId(number),
                                                                 SourceId(source), key),
                          support::secret_of_commitment(committed.commitment).value_or(""));
            }
        }
    }
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

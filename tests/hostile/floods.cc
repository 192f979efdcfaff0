#include "tests/hostile/floods.h"

#include <algorithm>
#include <string>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"

namespace fiscus::hostile {
namespace {

using support::Programme;

constexpr std::size_t records_at_once = 4'096;
constexpr std::uint16_t platform_source = 2;

support::Unusual with_key(Id128 key) {
    support::Unusual unusual;
    unusual.key = key;
    return unusual;
}

support::Unusual with_sequence(std::uint64_t sequence) {
    support::Unusual unusual;
    unusual.sequence = sequence;
    return unusual;
}

// Spread over all ids, so that no order helps.
Id128 id_numbered(std::uint64_t number) {
    return {.hi = (number + 1) * 0x9e3779b97f4a7c15ULL, .lo = number + 1};
}

}  // namespace

FloodLog::FloodLog(const std::filesystem::path& directory) {
    auto log = log::open_local_log(directory, true);
    FISCUS_CHECK(log.ok(), "a log can be made");
    log_ = std::move(log).value();
    FISCUS_CHECK(log_->create(log::topic_plans(1)).ok(), "topics can be made");
    auto writer = log_->writer(log::events_topic, 0);
    FISCUS_CHECK(writer.ok(), "a new partition can be written");
    writer_ = std::move(writer).value();
}

void FloodLog::add(const reference::Input& record) {
    waiting_.push_back(record);
    if (waiting_.size() == records_at_once) {
        write();
    }
}

void FloodLog::add_all(const std::vector<reference::Input>& records) {
    for (const reference::Input& record : records) {
        add(record);
    }
}

void FloodLog::write() {
    std::vector<log::NewRecord> records;
    for (const reference::Input& record : waiting_) {
        records.push_back({.timestamp_us = record.timestamp_us,
                           .key = as_byte_span(*record.key),
                           .value = as_byte_span(*record.value)});
    }
    FISCUS_CHECK(writer_->append(records).ok(), "a log takes records");
    waiting_.clear();
}

void FloodLog::close() {
    write();
    FISCUS_CHECK(writer_->sync().ok(), "a log keeps records");
    writer_.reset();
    log_.reset();
}

// Anybody who may write to the topic can do this.
Answers flood_of_unknown_programmes(FloodLog& log, std::uint64_t events) {
    for (std::uint64_t i = 0; i < events; ++i) {
        Programme stranger(static_cast<std::uint32_t>(i + 1));
        log.add(stranger.publish(platform_source,
                                 support::VoucherClaimed{.consumer = id_numbered(i)},
                                 with_key(id_numbered(i))));
    }
    return {.refused = events};
}

Answers flood_of_refused_claims(FloodLog& log, std::uint64_t events) {
    Programme programme;
    const auto begin = programme.open();
    log.add_all(begin);
    for (std::uint64_t i = 0; i < events; ++i) {
        const support::VoucherClaimed claim{.consumer = id_numbered(i), .batch = 99};
        log.add(programme.publish(platform_source, claim, with_key(id_numbered(i))));
    }
    return {.accepted = begin.size(), .refused = events};
}

// Each second number comes late: a gap is opened and filled. The last ones are never filled, and
// what is too far ahead of them is refused.
Answers flood_of_gaps(FloodLog& log, std::uint64_t events) {
    Programme programme;
    const auto begin = programme.open();
    log.add_all(begin);
    const auto claim = [&](std::uint64_t number) {
        const support::VoucherClaimed refused{.consumer = id_numbered(number), .batch = 99};
        log.add(programme.publish(platform_source, refused, with_sequence(number)));
    };
    const std::uint64_t filled = events / 2;
    for (std::uint64_t number = 1; number < filled; number += 2) {
        claim(number + 1);
        claim(number);
    }
    const std::uint64_t low = filled / 2 * 2;
    for (std::uint64_t i = 1; i <= events - low; ++i) {
        claim(low + 2 * i);
    }
    const std::uint64_t open = std::min<std::uint64_t>(source_window / 2, events - low);
    return {.accepted = begin.size(), .refused = events, .gaps_open = open};
}

// Numbers of sources have 16 bits, so they are many in several programmes. Each speaks once.
Answers flood_of_sources(FloodLog& log, std::uint64_t events) {
    constexpr std::uint64_t sources_max = 60'000;
    Answers answers;
    std::uint32_t number = 0;
    for (std::uint64_t left = events / 2; left > 0;) {
        Programme programme(++number);
        const auto begin = programme.open();
        log.add_all(begin);
        answers.accepted += begin.size();
        const std::uint64_t sources = std::min(left, sources_max);
        for (std::uint64_t i = 0; i < sources; ++i) {
            const auto source = static_cast<std::uint16_t>(1'000 + i);
            log.add(programme.publish(Programme::authority,
                                      support::SourceRegistered{.source = source}));
            log.add(programme.publish(
                source, support::VoucherClaimed{.consumer = id_numbered(i), .batch = 99}));
        }
        answers.accepted += sources;
        answers.refused += sources;
        left -= sources;
    }
    return answers;
}

// People, each with another phone and another device.
Answers flood_of_registrations(FloodLog& log, std::uint64_t events) {
    Programme programme;
    const auto begin = programme.open();
    log.add_all(begin);
    for (std::uint64_t i = 0; i < events; ++i) {
        const support::ConsumerRegistered person{.consumer = id_numbered(4 * i),
                                                 .identity = id_numbered(4 * i + 1),
                                                 .phone = id_numbered(4 * i + 2),
                                                 .device = id_numbered(4 * i + 3)};
        log.add(programme.publish(platform_source, person, with_key(id_numbered(i))));
    }
    return {.accepted = begin.size() + events};
}

// Vouchers under keys in no order.
Answers flood_of_keys(FloodLog& log, std::uint64_t events) {
    Programme programme;
    const auto begin = programme.open(2, 2, {}, 100'000'000'000);
    log.add_all(begin);
    for (std::uint64_t i = 0; i < events; ++i) {
        log.add(programme.publish(platform_source,
                                  support::VoucherClaimed{.consumer = id_numbered(i / 8)},
                                  with_key(id_numbered(i))));
    }
    return {.accepted = begin.size() + events};
}

// Each takes some 7 KiB that are never given back: a quarter of them is a flood.
Answers flood_of_programmes(FloodLog& log, std::uint64_t events) {
    events /= 4;
    for (std::uint64_t i = 0; i < events; ++i) {
        Programme programme(static_cast<std::uint32_t>(i + 1));
        log.add(programme.publish(Programme::authority, support::ProgrammeOpened{}));
    }
    return {.accepted = events};
}

Answers flood_of_batches(FloodLog& log, std::uint64_t events) {
    Programme programme;
    const auto begin = programme.open();
    log.add_all(begin);
    for (std::uint64_t i = 0; i < events; ++i) {
        const support::BatchOpened batch{.batch = static_cast<std::uint32_t>(i + 2),
                                         .redeem_first_day = support::first_day,
                                         .redeem_last_day = support::first_day};
        log.add(programme.publish(Programme::authority, batch));
    }
    // The one of the beginning has a cohort for each of its days.
    const std::uint64_t opened = std::min<std::uint64_t>(events, programme_cohorts_max - 1);
    return {.accepted = begin.size() + opened, .refused = events - opened};
}

Answers flood_of_merchants(FloodLog& log, std::uint64_t events) {
    Programme programme;
    const auto begin = programme.open();
    log.add_all(begin);
    for (std::uint64_t i = 0; i < events; ++i) {
        const support::MerchantRegistered merchant{
            .merchant = id_numbered(i), .registered_number = "9142010" + std::to_string(i)};
        log.add(programme.publish(Programme::authority, merchant));
    }
    return {.accepted = begin.size() + events};
}

Answers flood_of_rubbish(FloodLog& log, std::uint64_t events) {
    reference::Input record;
    record.timestamp_us = support::first_morning_us;
    record.key = "1";
    for (std::uint64_t i = 0; i < events; ++i) {
        record.value = std::string(i % 2'000, static_cast<char>(i));
        log.add(record);
    }
    return {.quarantined = events};
}

}  // namespace fiscus::hostile

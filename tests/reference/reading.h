// The oracle's own reading of a record: bytes → event, or the reason why not (quarantine), and the
// faults of form that the envelope checks look at. Each kind is described once, field by field, in
// faults.cc.
// Thread: any. Fails: never; bad bytes are an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schemas/events_generated.h"
#include "tests/reference/answer.h"

namespace fiscus::reference {

// What is wrong with the form of an event; every fault is noted, the order of the reasons decides.
struct Faults {
    bool missing = false;
    bool enumerator = false;
    bool instant = false;
    bool amount = false;
    bool list = false;
    bool code = false;
    bool day = false;
};

// Of an event that is verified and whose kind is known.
Faults faults_of(const wire::Event& event);

// What a source says to prove that it is the one: 4 bytes of a key's number, 32 of a keyed hash.
struct Signature {
    std::uint32_t key = 0;
    std::string tag;
    std::string signed_bytes;  // the whole value with zeros for the tag
};

// An event over a copy of the record's bytes. `event` is null when `quarantine` is not none.
struct Reading {
    std::vector<std::uint8_t> bytes;
    const wire::Event* event = nullptr;
    wire::Reason quarantine = wire::Reason::none;
    Faults faults;
    std::optional<Signature> signature;  // when there is one of the known form
    // The exact bytes without the 16 bytes of Origin, and without the signature.
    std::string content;
    // XXH3-64 of the content; of the whole value when the record is quarantined.
    std::uint64_t content_hash = 0;

    // none, or the first of reasons 20 to 25.
    [[nodiscard]] wire::Reason envelope() const;
};

Reading read(const Input& input);

// Kafka's default partitioner, written down a second time.
std::int32_t partition_of(const std::string& key, std::int32_t partitions);

// 2000 to 2100: where every instant of an event lies.
bool instant_in_range(std::int64_t instant_us);
// Days since 1970-01-01 at UTC+08:00.
std::int32_t day_of(std::int64_t instant_us);
// 00:00 of a business day.
std::int64_t start_of(std::int32_t day);

}  // namespace fiscus::reference

#include "tests/reference/reading.h"

#define XXH_INLINE_ALL
#include <algorithm>

#include <xxhash.h>

#include "engine/base/limits.h"

namespace fiscus::reference {
namespace {

using wire::Reason;

// Reasons 1 to 5: is there an event at all?
Reason check_bytes(const Input& input) {
    if (!input.value) {
        return Reason::null_value;
    }
    const std::string& value = *input.value;
    if (value.empty()) {
        return Reason::empty_value;
    }
    if (value.size() > event_bytes_max) {
        return Reason::oversized_value;
    }
    if (value.size() < 8 || value.compare(4, 4, wire::EventIdentifier()) != 0) {
        return Reason::wrong_identifier;
    }
    return Reason::none;
}

// After the last object an honest builder leaves fewer than 8 bytes of padding, all zero.
bool has_trailing_bytes(const std::vector<std::uint8_t>& bytes, std::size_t end) {
    return bytes.size() - end >= 8 ||
           std::any_of(bytes.begin() + static_cast<std::ptrdiff_t>(end), bytes.end(),
                       [](std::uint8_t b) { return b != 0; });
}

// Reasons 5 to 10: is it one of the kinds that we know, and whole?
Reason check_structure(Reading& reading) {
    const std::vector<std::uint8_t>& bytes = reading.bytes;
    flatbuffers::Verifier verifier(bytes.data(), bytes.size(), event_depth_max, event_tables_max);
    if (!wire::VerifyEventBuffer(verifier)) {
        return Reason::malformed_value;
    }
    const wire::Event* event = wire::GetEvent(bytes.data());
    const bool typed = event->body_type() != wire::EventBody::NONE;
    const bool known = event->body_type() <= wire::EventBody::MAX;
    // Where the objects of a body end that has no known kind, nobody can say: then this is not
    // asked.
    const bool body_understood = event->body() == nullptr || (typed && known);
    if (body_understood && has_trailing_bytes(bytes, verifier.GetComputedSize())) {
        return Reason::trailing_bytes;
    }
    if (!typed || event->body() == nullptr) {
        return Reason::missing_body;
    }
    if (!known) {
        return Reason::unknown_kind;
    }
    const Faults faults = faults_of(*event);
    if (event->origin() == nullptr || event->key() == nullptr || faults.missing) {
        return Reason::missing_field;
    }
    if (faults.enumerator) {
        return Reason::enumerator_out_of_range;
    }
    reading.faults = faults;
    reading.event = event;
    return Reason::none;
}

// Reasons 11 to 13: does the record lie where it belongs?
Reason check_place(const Input& input, const wire::Event& event) {
    if (!input.key) {
        return Reason::null_key;
    }
    if (*input.key != std::to_string(event.programme())) {
        return Reason::key_differs_from_programme;
    }
    if (partition_of(*input.key, input.partitions) != input.partition) {
        return Reason::wrong_partition;
    }
    return Reason::none;
}

// 36 bytes that do not touch the Origin, and a number that is not 0.
void find_signature(Reading& reading, std::vector<bool>& transport) {
    const auto* vector = reading.event->signature();
    if (vector == nullptr || vector->size() != 36) {
        return;
    }
    const auto at = static_cast<std::size_t>(vector->data() - reading.bytes.data());
    Signature signature;
    for (std::size_t i = 0; i < 36; ++i) {
        if (transport[at + i]) {
            return;
        }
        if (i < 4) {
            signature.key |= std::uint32_t{vector->Get(static_cast<std::uint32_t>(i))} << 8 * i;
        }
    }
    if (signature.key == 0) {
        return;
    }
    signature.signed_bytes.assign(reading.bytes.begin(), reading.bytes.end());
    signature.tag = signature.signed_bytes.substr(at + 4, 32);
    signature.signed_bytes.replace(at + 4, 32, 32, '\0');
    std::fill_n(transport.begin() + static_cast<std::ptrdiff_t>(at), 36, true);
    reading.signature = signature;
}

}  // namespace

Reading read(const Input& input) {
    Reading reading;
    if (input.value) {
        reading.content_hash = XXH3_64bits(input.value->data(), input.value->size());
    }
    reading.quarantine = check_bytes(input);
    if (reading.quarantine != Reason::none) {
        return reading;
    }
    reading.bytes.assign(input.value->begin(), input.value->end());
    reading.quarantine = check_structure(reading);
    if (reading.quarantine == Reason::none) {
        reading.quarantine = check_place(input, *reading.event);
    }
    if (reading.quarantine != Reason::none) {
        reading.event = nullptr;
        return reading;
    }
    const auto origin = static_cast<std::size_t>(
        reinterpret_cast<const std::uint8_t*>(reading.event->origin()) - reading.bytes.data());
    std::vector<bool> transport(input.value->size(), false);
    std::fill_n(transport.begin() + static_cast<std::ptrdiff_t>(origin), 16, true);
    find_signature(reading, transport);
    for (std::size_t i = 0; i < transport.size(); ++i) {
        if (!transport[i]) {
            reading.content += (*input.value)[i];
        }
    }
    reading.content_hash = XXH3_64bits(reading.content.data(), reading.content.size());
    return reading;
}

Reason Reading::envelope() const {
    const wire::Event& e = *event;
    if (e.key()->hi() == 0 && e.key()->lo() == 0) {
        return Reason::natural_key_zero;
    }
    if (!instant_in_range(e.occurred_at_us()) || faults.instant) {
        return Reason::occurred_at_out_of_range;
    }
    if (faults.amount) {
        return Reason::amount_out_of_range;
    }
    if (faults.list) {
        return Reason::list_too_long;
    }
    if (faults.code || e.programme() == 0 || e.origin()->source() == 0) {
        return Reason::code_out_of_range;
    }
    if (faults.day) {
        return Reason::day_out_of_range;
    }
    return Reason::none;
}

std::int32_t partition_of(const std::string& key, std::int32_t partitions) {
    constexpr std::uint32_t multiplier = 0x5bd1e995U;
    std::uint32_t hash = 0x9747b28cU ^ static_cast<std::uint32_t>(key.size());
    std::size_t position = 0;
    const auto byte = [&key](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(key[i]));
    };
    for (; position + 4 <= key.size(); position += 4) {
        std::uint32_t word = byte(position) | byte(position + 1) << 8U | byte(position + 2) << 16U |
                             byte(position + 3) << 24U;
        word *= multiplier;
        word ^= word >> 24U;
        hash = hash * multiplier ^ word * multiplier;
    }
    const std::size_t left = key.size() - position;
    if (left > 0) {
        for (std::size_t i = 0; i < left; ++i) {
            hash ^= byte(position + i) << 8U * i;
        }
        hash *= multiplier;
    }
    hash ^= hash >> 13U;
    hash *= multiplier;
    hash ^= hash >> 15U;
    return static_cast<std::int32_t>(hash & 0x7fffffffU) % partitions;
}

bool instant_in_range(std::int64_t instant_us) {
    return instant_us >= occurred_us_min && instant_us < occurred_us_end;
}

std::int32_t day_of(std::int64_t instant_us) {
    constexpr Sum day_us = Sum{86'400} * 1'000'000;
    const Sum local = Sum{instant_us} + Sum{8} * 3'600 * 1'000'000;
    const Sum whole = local / day_us;
    return static_cast<std::int32_t>(local % day_us < 0 ? whole - 1 : whole);
}

std::int64_t start_of(std::int32_t day) {
    return std::int64_t{day} * 86'400 * 1'000'000 - std::int64_t{8} * 3'600 * 1'000'000;
}

}  // namespace fiscus::reference

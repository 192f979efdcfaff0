#include "engine/decode/decode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "engine/base/limits.h"
#include "engine/decode/fields.h"

namespace fiscus::decode {
namespace {

constexpr std::size_t chunk_words = 1U << 17;
// A builder may leave this many zero bytes after the last object, for alignment.
constexpr std::size_t trailing_padding_end = 8;

std::string_view decimal(std::uint32_t number, std::array<char, 16>& text) {
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), static_cast<std::size_t>(end - text.data())};
}

// Reasons 1 to 6: structure. On none the buffer is a verified Event.
wire::Reason check_bytes(const log::Record& record, Bytes value) {
    if (record.value_is_null) {
        return wire::Reason::null_value;
    }
    if (value.empty()) {
        return wire::Reason::empty_value;
    }
    if (value.size() > event_bytes_max) {
        return wire::Reason::oversized_value;
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(value.data());
    if (value.size() < 2 * sizeof(flatbuffers::uoffset_t) ||
        !wire::EventBufferHasIdentifier(bytes)) {
        return wire::Reason::wrong_identifier;
    }
    flatbuffers::Verifier verifier(bytes, value.size(), event_depth_max, event_tables_max);
    if (!wire::VerifyEventBuffer(verifier)) {
        return wire::Reason::malformed_value;
    }
    const wire::Event& event = *wire::GetEvent(bytes);
    const bool known =
        event.body_type() != wire::EventBody::NONE && event.body_type() <= wire::EventBody::MAX;
    if (!known && event.body() != nullptr) {
        return wire::Reason::none;  // where a body of no known kind ends nobody here can tell
    }
    const Bytes trailing = value.subspan(std::min(verifier.GetComputedSize(), value.size()));
    const bool padding = trailing.size() < trailing_padding_end &&
                         std::all_of(trailing.begin(), trailing.end(),
                                     [](std::byte b) { return b == std::byte{0}; });
    return padding ? wire::Reason::none : wire::Reason::trailing_bytes;
}

// Reasons 7 to 10: the event is one that we know, with every field that must be there.
wire::Reason check_shape(const wire::Event& event, const FieldFaults& faults) {
    if (event.body_type() == wire::EventBody::NONE || event.body() == nullptr) {
        return wire::Reason::missing_body;
    }
    if (event.body_type() > wire::EventBody::MAX) {
        return wire::Reason::unknown_kind;
    }
    if (event.origin() == nullptr || event.key() == nullptr || faults.missing != nullptr) {
        return wire::Reason::missing_field;
    }
    return faults.enumerator != nullptr ? wire::Reason::enumerator_out_of_range
                                        : wire::Reason::none;
}

std::size_t place_of(const void* part, Bytes value) {
    return static_cast<std::size_t>(static_cast<const std::byte*>(part) - value.data());
}

// Reasons 20 to 25.
wire::Reason check_ranges(const wire::Event& event, const FieldFaults& faults) {
    if (id_of(event.key()).none()) {
        return wire::Reason::natural_key_zero;
    }
    if (event.occurred_at_us() < occurred_us_min || event.occurred_at_us() >= occurred_us_end ||
        faults.instant != nullptr) {
        return wire::Reason::occurred_at_out_of_range;
    }
    if (faults.amount != nullptr) {
        return wire::Reason::amount_out_of_range;
    }
    if (faults.list != nullptr) {
        return wire::Reason::list_too_long;
    }
    if (faults.code != nullptr || event.programme() == 0 || event.origin()->source() == 0) {
        return wire::Reason::code_out_of_range;
    }
    return faults.day != nullptr ? wire::Reason::day_out_of_range : wire::Reason::none;
}

}  // namespace

std::int32_t partition_of(ProgrammeId programme, std::int32_t partitions) {
    std::array<char, 16> text{};
    return partition_of_key(decimal(programme.value(), text), partitions);
}

Signature signature_of(const wire::Event& event, Bytes value) {
    const auto* signature = event.signature();
    if (signature == nullptr || signature->size() != signature_bytes) [[likely]] {
        return {};
    }
    const std::size_t at = place_of(signature->data(), value);
    const std::size_t origin_at = place_of(event.origin(), value);
    if (at < origin_at + sizeof(wire::Origin) && origin_at < at + signature_bytes) {
        return {};
    }
    return {.key = flatbuffers::ReadScalar<std::uint32_t>(signature->data()),
            .tag_at = static_cast<std::uint32_t>(at + signature_key_bytes)};
}

std::uint64_t content_of(const wire::Event& event, const Signature& signature, Bytes value) {
    const std::size_t origin_at = place_of(event.origin(), value);
    const std::size_t origin_end = origin_at + sizeof(wire::Origin);
    if (signature.key == 0) [[likely]] {
        return xxh3_64(value.first(origin_at), value.subspan(origin_end));
    }
    const std::size_t at = signature.tag_at - signature_key_bytes;
    const std::size_t end = at + signature_bytes;
    return at < origin_at
               ? xxh3_64({value.first(at), value.subspan(end, origin_at - end),
                          value.subspan(origin_end)})
               : xxh3_64({value.first(origin_at), value.subspan(origin_end, at - origin_end),
                          value.subspan(end)});
}

void Decoder::begin_turn() {
    chunk_ = 0;
    used_words_ = 0;
}

Bytes Decoder::aligned(Bytes value) {
    if (reinterpret_cast<std::uintptr_t>(value.data()) % alignof(std::uint64_t) == 0 ||
        value.empty() || value.size() > event_bytes_max) {
        return value;
    }
    const std::size_t words = (value.size() + 7) / 8;
    if (used_words_ + words > chunk_words) {
        ++chunk_;
        used_words_ = 0;
    }
    if (chunk_ == chunks_.size()) {
        chunks_.push_back(std::make_unique<std::uint64_t[]>(chunk_words));
    }
    std::uint64_t* at = chunks_[chunk_].get() + used_words_;
    used_words_ += words;
    std::memcpy(at, value.data(), value.size());
    return std::as_bytes(std::span(at, words)).first(value.size());
}

DecodedEvent Decoder::decode(const log::Record& record) {
    DecodedEvent decoded;
    decoded.offset = record.offset;
    decoded.logged_at_us = record.timestamp_us;
    decoded.value = aligned(record.value);
    decoded.reason = check_bytes(record, decoded.value);
    if (decoded.reason != wire::Reason::none) {
        return decoded;
    }
    const wire::Event& event = *wire::GetEvent(decoded.value.data());
    const FieldFaults faults = find_faults(event);
    decoded.reason = check_shape(event, faults);
    if (decoded.reason != wire::Reason::none) {
        return decoded;
    }
    std::array<char, 16> text{};
    if (record.key_is_null) {
        decoded.reason = wire::Reason::null_key;
        return decoded;
    }
    if (as_text(record.key) != decimal(event.programme(), text)) {
        decoded.reason = wire::Reason::key_differs_from_programme;
        return decoded;
    }
    if (partition_of_key(as_text(record.key), shard_.partitions) != shard_.partition) {
        decoded.reason = wire::Reason::wrong_partition;
        return decoded;
    }
    decoded.event = &event;
    decoded.kind = event.body_type();
    decoded.programme = ProgrammeId(event.programme());
    decoded.source = SourceId(event.origin()->source());
    decoded.epoch = event.origin()->epoch();
    decoded.sequence = event.origin()->sequence();
    decoded.occurred_at_us = event.occurred_at_us();
    decoded.key = id_of(event.key());
    decoded.signature = signature_of(event, decoded.value);
    decoded.content = content_of(event, decoded.signature, decoded.value);
    decoded.reason = check_ranges(event, faults);
    return decoded;
}

}  // namespace fiscus::decode

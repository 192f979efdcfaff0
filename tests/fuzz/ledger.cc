// Target `ledger`: a short history, of records as they are and of events that are made from the
// input, decoded, put in sequence and applied to a state in memory.
// Promises: every record is answered once; the answers, every balance and the state's digest are
// those of the oracle, whatever the size of a turn, and with an engine that forgets; the accounts
// add up to zero and nothing is negative that must not be.
#include <cstdio>
#include <string>
#include <vector>

#include "engine/decode/decode.h"
#include "tests/fuzz/event_maker.h"
#include "tests/fuzz/targets.h"
#include "tests/property/compare.h"
#include "tests/support/day_keys.h"
#include "tests/support/programme.h"
#include "tests/support/source_keys.h"

namespace fiscus::fuzz {
namespace {

constexpr std::size_t records_max = 120;
// First byte of an input: how the history begins.
constexpr std::uint8_t begins_empty = 1;
// First byte of a record: its value stands in the input, as long as the two bytes after it say.
constexpr std::uint8_t as_it_is = 0;

std::string text_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
    return bytes == nullptr
               ? std::string()
               : std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

bool is_known(wire::KeyAlgorithm algorithm, const flatbuffers::Vector<std::uint8_t>* commitment) {
    return algorithm == wire::KeyAlgorithm::none ||
           support::secret_of_commitment(text_of(commitment)).has_value();
}

bool has_its_keys(const wire::InstantDrawOpened& opened) {
    // A long chain only costs time, which is not what is looked for here.
    return opened.days() <= 8 && support::last_key_of(text_of(opened.chain_head()));
}

// Keys that nobody has stop the partition until somebody brings them; that is told elsewhere.
bool has_its_keys(const reference::Input& record) {
    decode::Decoder decoder(decode::Shard{});
    const std::string key = *record.key;
    const decode::DecodedEvent event = decoder.decode({.offset = record.offset,
                                                       .timestamp_us = record.timestamp_us,
                                                       .key = as_byte_span(key),
                                                       .value = as_byte_span(*record.value)});
    if (event.event == nullptr) {
        return true;
    }
    switch (event.kind) {
        case wire::EventBody::InstantDrawOpened:
            return has_its_keys(*event.event->body_as_InstantDrawOpened());
        case wire::EventBody::SourceRegistered: {
            const auto& registered = *event.event->body_as_SourceRegistered();
            return is_known(registered.key_algorithm(), registered.verification_key());
        }
        case wire::EventBody::SourceKeyAdded: {
            const auto& added = *event.event->body_as_SourceKeyAdded();
            return is_known(added.key_algorithm(), added.commitment());
        }
        default: return true;
    }
}

std::vector<reference::Input> history_of(Input& input) {
    std::vector<reference::Input> history;
    if (input.byte() != begins_empty) {
        history = support::Programme().open();
    }
    EventMaker maker(history.size());
    while (!input.empty() && history.size() < records_max) {
        reference::Input record;
        if (input.byte() == as_it_is) {
            std::string value(as_text(input.piece()));
            record = maker.with_value(input, std::move(value));
        } else {
            record = maker.next(input);
        }
        if (has_its_keys(record)) {
            history.push_back(std::move(record));
        }
    }
    return history;
}

}  // namespace

void fuzz_ledger(Bytes bytes) {
    Input input(bytes);
    const std::vector<reference::Input> history = history_of(input);
    const std::string difference =
        property::find_difference(history, support::Shard{}, property::Ways::few);
    if (!difference.empty()) {
        std::fputs(property::history_text(history, support::Shard{}).c_str(), stderr);
        std::fputs(difference.c_str(), stderr);
    }
    FISCUS_CHECK(difference.empty(), "engine and oracle say the same");
}

}  // namespace fiscus::fuzz

#include "engine/sequence/sequence.h"

namespace fiscus::sequence {
namespace {

using state::SourcePageRecord;

constexpr unsigned pages = source_window / SourcePageRecord::slots;
constexpr Pages all_pages = ~Pages{0};

unsigned page_of(std::uint64_t sequence) {
    return static_cast<unsigned>(sequence % source_window / SourcePageRecord::slots);
}

Pages bit_of(std::uint64_t sequence) { return Pages{1} << page_of(sequence); }

state::Key page_key(const Number& number, unsigned page) {
    return sequence::page_key(number.programme, number.source, page);
}

std::size_t slot_of(std::uint64_t sequence) { return sequence % SourcePageRecord::slots; }

// The page that remembers a number inside the window, or null when it was not seen.
const SourcePageRecord* page_with(state::State& state,
                                  const Number& number,
                                  std::uint64_t sequence) {
    const SourcePageRecord* page = state.source_pages.get(page_key(number, page_of(sequence)));
    return page != nullptr && page->number[slot_of(sequence)] == sequence ? page : nullptr;
}

void forget_window(state::State& state, const Number& number) {
    for (unsigned page = 0; page < pages; ++page) {
        const state::Key key = page_key(number, page);
        if (state.source_pages.get(key) != nullptr) {
            state.change(state.source_pages, key) = SourcePageRecord{};
        }
    }
}

bool begins_again(const state::SourceRecord& record, std::uint32_t epoch) {
    return epoch > record.epoch && !is_silent(record);
}

}  // namespace

state::Key page_key(ProgrammeId programme, SourceId source, unsigned page) {
    return {.id = {.hi = 0, .lo = page},
            .programme = programme.value(),
            .part = source.value(),
            .table = state::TableId::source_page};
}

// The low mark moves over what was seen, up to the first number that was not.
Pages pages_before(const state::SourceRecord& record) {
    Pages wanted = bit_of(record.low + 1);
    for (std::uint64_t number = record.low + 1; number <= record.high + 1;
         number += SourcePageRecord::slots) {
        wanted |= bit_of(number);
    }
    return wanted | bit_of(record.high + 1);
}

// From a number that is seen now the low mark may look at the next one; a new epoch forgets them
// all.
Pages pages_of(const state::SourceRecord& record, std::uint32_t epoch, std::uint64_t sequence) {
    return begins_again(record, epoch) ? all_pages : bit_of(sequence) | bit_of(sequence + 1);
}

Verdict examine(state::State& state, const state::SourceRecord& record, const Number& number) {
    if (number.epoch < record.epoch) {
        return {Seen::refused, wire::Reason::epoch_fenced};
    }
    if (number.sequence == 0) {
        return {Seen::refused, wire::Reason::sequence_zero};
    }
    const bool new_epoch = number.epoch > record.epoch;
    const std::uint64_t low = new_epoch ? 0 : record.low;
    const std::uint64_t high = new_epoch ? 0 : record.high;
    if (number.sequence <= high) {
        if (number.sequence + source_window <= high) {
            return {Seen::forgotten, wire::Reason::none};
        }
        if (const auto* page = page_with(state, number, number.sequence)) {
            const std::size_t slot = slot_of(number.sequence);
            return page->content[slot] == number.content
                       ? Verdict{Seen::duplicate, static_cast<wire::Reason>(page->reason[slot])}
                       : Verdict{Seen::refused, wire::Reason::sequence_conflict};
        }
        FISCUS_CHECK(number.sequence > low, "every number up to the low mark was seen");
    }
    if (number.sequence - low > source_window) {
        return {Seen::refused, wire::Reason::sequence_beyond_window};
    }
    return {Seen::fresh, wire::Reason::none};
}

Marked mark(state::State& state,
            state::SourceRecord& record,
            const Number& number,
            wire::Reason answered) {
    if (begins_again(record, number.epoch)) {
        forget_window(state, number);
    }
    if (number.epoch > record.epoch) {
        record.abandoned += record.missing;
        record.missing = 0;
        record.low = 0;
        record.high = 0;
        record.epoch = number.epoch;
    }
    SourcePageRecord& page =
        state.change(state.source_pages, page_key(number, page_of(number.sequence)));
    page.number[slot_of(number.sequence)] = number.sequence;
    page.content[slot_of(number.sequence)] = number.content;
    page.reason[slot_of(number.sequence)] = static_cast<std::uint16_t>(answered);
    Marked marked;
    if (number.sequence > record.high) {
        if (number.sequence > record.high + 1) {
            marked.gap_from = record.high + 1;
            record.missing += number.sequence - record.high - 1;
        }
        record.high = number.sequence;
    } else {
        marked.fills_gap = true;
        FISCUS_CHECK(record.missing > 0, "a late number fills a gap that is counted");
        --record.missing;
    }
    while (record.low < record.high && page_with(state, number, record.low + 1) != nullptr) {
        ++record.low;
    }
    return marked;
}

}  // namespace fiscus::sequence

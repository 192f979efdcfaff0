#include "engine/sequence/sequence.h"

namespace fiscus::sequence {
namespace {

using state::SourcePageRecord;

constexpr std::size_t pages = source_window / SourcePageRecord::slots;

state::Key page_key(const Number& number, std::size_t page) {
    return {.id = {.hi = 0, .lo = page},
            .programme = number.programme.value(),
            .part = number.source.value(),
            .table = state::TableId::source_page};
}

std::size_t page_of(std::uint64_t sequence) {
    return sequence % source_window / SourcePageRecord::slots;
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
    for (std::size_t page = 0; page < pages; ++page) {
        const state::Key key = page_key(number, page);
        if (state.source_pages.get(key) != nullptr) {
            state.change(state.source_pages, key) = SourcePageRecord{};
        }
    }
}

}  // namespace

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
    if (number.epoch > record.epoch) {
        forget_window(state, number);
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

#include "projections/statistics/sources.h"

#include <algorithm>

#include "projections/entry.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

std::string text_of(const NumberRanges::Range& range) {
    return range.first == range.second
               ? std::to_string(range.first)
               : std::to_string(range.first) + "-" + std::to_string(range.second);
}

void append_ranges(std::string& out, const NumberRanges& ranges) {
    put_varint(out, ranges.ranges().size());
    for (const NumberRanges::Range& range : ranges.ranges()) {
        put_varint(out, range.first);
        put_varint(out, range.second - range.first);
    }
}

void read_ranges(Reader& reader, NumberRanges& ranges) {
    const std::uint64_t count = reader.varint();
    for (std::uint64_t at = 0; at < count && reader.ok(); ++at) {
        const std::uint64_t first = reader.varint();
        ranges.add(first, first + reader.varint());
    }
}

void NumberRanges::add(std::uint64_t first, std::uint64_t last) {
    // Nearly always at the end.
    if (!ranges_.empty() && first == ranges_.back().second + 1) {
        ranges_.back().second = last;
        return;
    }
    const auto at = std::ranges::upper_bound(ranges_, first, {}, &Range::first);
    ranges_.insert(at, {first, last});
}

void NumberRanges::remove(std::uint64_t number) {
    auto at = std::ranges::upper_bound(ranges_, number, {}, &Range::first);
    if (at == ranges_.begin()) {
        return;
    }
    --at;
    if (at->second < number) {
        return;
    }
    const Range found = *at;
    if (found.first == found.second) {
        ranges_.erase(at);
    } else if (found.first == number) {
        at->first = number + 1;
    } else {
        at->second = number - 1;
        if (found.second != number) {
            ranges_.insert(at + 1, {number + 1, found.second});
        }
    }
}

std::uint64_t NumberRanges::count() const {
    std::uint64_t numbers = 0;
    for (const Range& range : ranges_) {
        numbers += range.second - range.first + 1;
    }
    return numbers;
}

std::string NumberRanges::text() const {
    std::string text;
    for (const Range& range : ranges_) {
        if (!text.empty()) {
            text += ',';
        }
        text += text_of(range);
    }
    return text;
}

void Sources::see(const wire::Entry& entry) {
    if (last_ == nullptr || entry.source() != last_number_) {
        const auto [at, is_new] = sources_.try_emplace(entry.source());
        last_ = &at->second;
        last_number_ = entry.source();
        if (is_new) {
            last_->epoch = entry.epoch();
        }
    }
    SourceState& source = *last_;
    if (!source.dirty) {
        source.dirty = true;
        dirty_.push_back(entry.source());
    }
    if (entry.epoch() > source.epoch) {
        source.abandoned += source.missing.count();
        source.missing.clear();
        source.highest = 0;
        source.epoch = entry.epoch();
    }
    source.highest = std::max(source.highest, entry.source_sequence());
    if (entry.gap_from() != 0 && entry.gap_from() < entry.source_sequence()) [[unlikely]] {
        source.missing.add(entry.gap_from(), entry.source_sequence() - 1);
    }
    if ((entry.flags() & flag::fills_gap) != 0) [[unlikely]] {
        source.missing.remove(entry.source_sequence());
    }
}

bool Sources::parse(std::uint16_t number, std::string_view value) {
    Reader reader(value);
    SourceState& source = sources_[number];
    source.epoch = reader.varint32();
    source.highest = reader.varint();
    source.abandoned = reader.varint();
    read_ranges(reader, source.missing);
    return reader.finished();
}

void Sources::save(Store& store, std::uint32_t programme) {
    for (const std::uint16_t number : dirty_) {
        SourceState& source = sources_[number];
        source.dirty = false;
        std::string value;
        put_varint(value, source.epoch);
        put_varint(value, source.highest);
        put_varint(value, source.abandoned);
        append_ranges(value, source.missing);
        StateKey key(table::sources);
        key.u32(programme).u16(number);
        store.put(key, value);
    }
    dirty_.clear();
}

}  // namespace fiscus::projections

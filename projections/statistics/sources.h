// Gaps: for each source the numbers of its epoch that are missing. Entries say it themselves
// (gap_from opens a gap, a flag fills one), so no window is needed; the engine allows at most
// source_window numbers beyond the first gap, so the list stays short.
// Thread: one. Fails: corrupt on a damaged record.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "projections/store/codec.h"
#include "projections/store/store.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// Ascending numbers as ranges: "17-19,23".
class NumberRanges {
public:
    using Range = std::pair<std::uint64_t, std::uint64_t>;  // first, last

    void add(std::uint64_t first, std::uint64_t last);
    void remove(std::uint64_t number);
    void clear() { ranges_.clear(); }
    [[nodiscard]] bool empty() const { return ranges_.empty(); }
    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] const std::vector<Range>& ranges() const { return ranges_; }
    [[nodiscard]] std::string text() const;

private:
    std::vector<Range> ranges_;  // ascending, with holes between them
};

std::string text_of(const NumberRanges::Range& range);
void append_ranges(std::string& out, const NumberRanges& ranges);
void read_ranges(Reader& reader, NumberRanges& ranges);

struct SourceState {
    std::uint32_t epoch = 0;
    std::uint64_t highest = 0;
    NumberRanges missing;         // of this epoch
    std::uint64_t abandoned = 0;  // numbers that were missing when an epoch ended
    bool dirty = false;
};

class Sources {
public:
    // An entry whose number was new to its source: accepted, refused with a reason from 40 on,
    // duplicate.
    void see(const wire::Entry& entry);

    [[nodiscard]] const std::map<std::uint16_t, SourceState>& all() const { return sources_; }

    bool parse(std::uint16_t source, std::string_view value);
    void save(Store& store, std::uint32_t programme);

private:
    std::map<std::uint16_t, SourceState> sources_;
    std::vector<std::uint16_t> dirty_;
    // The last source that was asked for: entries come in runs.
    std::uint16_t last_number_ = 0;
    SourceState* last_ = nullptr;
};

}  // namespace fiscus::projections

// Figures as revisions reported them, in the state: written once, never changed. The cells of a grouping
// set lie together in portions, because they are always read together.
// Thread: one. Fails: corrupt on damaged records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/store/store.h"

namespace fiscus::projections {

struct ReportedCell {
    CellKey key;
    bool active = false;  // something happened in the cell on that day
    Figures figures{};
};
// By key.
using ReportedCells = std::vector<ReportedCell>;

const ReportedCell* find_cell(const ReportedCells& cells, const CellKey& key);

// One revision: add() its cells by key, then finish().
class ReportedWriter {
public:
    ReportedWriter(Store& store, std::uint32_t programme, std::int32_t day, std::uint32_t revision)
        : store_(store), programme_(programme), day_(day), revision_(revision) {}

    void add(const ReportedCell& cell);
    void finish();

private:
    // A value of a few ten thousand bytes.
    static constexpr std::uint32_t portion_cells_max = 512;

    Store& store_;
    std::uint32_t programme_;
    std::int32_t day_;
    std::uint32_t revision_;
    Grouping grouping_ = Grouping::programme;
    std::uint32_t portion_ = 0;
    std::uint32_t cells_ = 0;
    std::string value_;
};

// The cells of one revision; only one grouping set, if given.
Result<ReportedCells> load_reported(const Store& store,
                                    std::uint32_t programme,
                                    std::int32_t day,
                                    std::uint32_t revision,
                                    std::optional<Grouping> only = std::nullopt);

}  // namespace fiscus::projections

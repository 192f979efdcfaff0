// The figures of every cell as a revision reported them, in the store for ever: a few records for a
// revision, cells by key.
// Thread: values. Fails: corrupt on damaged records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/store/codec.h"
#include "projections/store/store.h"

namespace fiscus::projections {

// `active`: something happened in the cell that day.
struct CellFigures {
    CellKey key;
    bool active = false;
    Figures figures;
};

// Where the figures of a revision lie: the beginning of their keys.
StateKey figures_of_day(std::uint32_t programme, std::int32_t day, std::uint32_t revision);
StateKey figures_of_batch(std::uint32_t programme, std::uint32_t batch, std::uint32_t revision);

// Takes cells by key and puts them; the last ones with finish().
class FiguresWriter {
public:
    FiguresWriter(Store& store, StateKey place) : store_(&store), place_(std::move(place)) {}

    void add(const CellKey& key, bool active, const Figures& figures);
    void finish();

private:
    Store* store_;
    StateKey place_;
    std::string record_;
    Grouping grouping_ = Grouping::programme;
    std::uint32_t records_ = 0;  // of the grouping set, put already
};

// By key; of one grouping set, or all.
Result<std::vector<CellFigures>> load_figures(const Store& store,
                                              const StateKey& place,
                                              std::optional<Grouping> only);

}  // namespace fiscus::projections

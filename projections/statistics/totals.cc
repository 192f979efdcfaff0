#include "projections/statistics/totals.h"

#include <algorithm>
#include <optional>
#include <string>

#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

// A total with its key takes at most 125 bytes.
constexpr std::size_t cells_per_record = 256;

}  // namespace

void CellTotals::add(const DayValues& values) {
    const std::size_t known = cells_.size();
    std::size_t at = 0;
    for (const CellValues& cell : values) {
        while (at < known && cells_[at].key < cell.key) {
            ++at;
        }
        const bool is_new = at == known || cells_[at].key != cell.key;
        CellTotal& total = is_new ? cells_.emplace_back() : cells_[at];
        total.key = cell.key;
        projections::add(total.sums, cell.sums);
        ++total.days;
    }
    const auto newcomers = cells_.begin() + static_cast<std::ptrdiff_t>(known);
    std::ranges::inplace_merge(cells_, newcomers, {}, &CellTotal::key);
    dirty_ = dirty_ || !values.empty();
}

void CellTotals::subtract(const DayValues& values) {
    auto total = cells_.begin();
    for (const CellValues& cell : values) {
        total = std::ranges::lower_bound(total, cells_.end(), cell.key, {}, &CellTotal::key);
        if (total == cells_.end() || total->key != cell.key) {
            continue;
        }
        projections::subtract(total->sums, cell.sums);
        --total->days;
    }
    dirty_ = dirty_ || !values.empty();
}

Status CellTotals::load(const Store& store, std::uint32_t programme) {
    return store.scan(StateKey(table::totals).u32(programme),
                      [this](std::string_view, std::string_view value) -> Status {
                          Reader reader(value);
                          while (reader.left() > 0) {
                              CellTotal& total = cells_.emplace_back();
                              const std::optional<CellKey> key = read_cell(reader);
                              total.days = reader.varint32();
                              total.sums = parse_sums(reader);
                              if (!key || !reader.ok()) {
                                  return damaged_state("totals of cells");
                              }
                              total.key = *key;
                          }
                          return Done{};
                      });
}

void CellTotals::save(Store& store, std::uint32_t programme) {
    if (!dirty_) {
        return;
    }
    std::string value;
    for (std::size_t from = 0; from < cells_.size(); from += cells_per_record) {
        value.clear();
        const std::size_t end = std::min(cells_.size(), from + cells_per_record);
        for (std::size_t at = from; at < end; ++at) {
            append_cell(value, cells_[at].key);
            put_varint(value, cells_[at].days);
            append_sums(value, cells_[at].sums);
        }
        store.put(StateKey(table::totals)
                      .u32(programme)
                      .u32(static_cast<std::uint32_t>(from / cells_per_record)),
                  value);
    }
    dirty_ = false;
}

}  // namespace fiscus::projections

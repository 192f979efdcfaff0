#include "projections/statistics/figures.h"

#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

constexpr std::size_t record_bytes = 16U << 10;

}  // namespace

StateKey figures_of_day(std::uint32_t programme, std::int32_t day, std::uint32_t revision) {
    return StateKey(table::figures).u32(programme).day(day).u32(revision);
}

StateKey figures_of_batch(std::uint32_t programme, std::uint32_t batch, std::uint32_t revision) {
    return StateKey(table::batch_figures).u32(programme).u32(batch).u32(revision);
}

void FiguresWriter::add(const CellKey& key, bool active, const Figures& figures) {
    if (key.grouping != grouping_) {
        finish();
        grouping_ = key.grouping;
        records_ = 0;
    } else if (record_.size() >= record_bytes) {
        finish();
    }
    append_cell(record_, key);
    record_.push_back(active ? '\1' : '\0');
    char bytes[2 * sums_bytes_max + distinct_count * varint_bytes_max];
    char* to = put_sums(bytes, figures.day);
    for (const std::uint64_t count : figures.distinct) {
        to = put_varint(to, count);
    }
    to = put_sums(to, figures.to_date);
    record_.append(bytes, static_cast<std::size_t>(to - bytes));
}

void FiguresWriter::finish() {
    if (!record_.empty()) {
        store_->put(StateKey(place_).u8(static_cast<std::uint8_t>(grouping_)).u32(records_++),
                    record_);
        record_.clear();
    }
}

Result<std::vector<CellFigures>> load_figures(const Store& store,
                                              const StateKey& place,
                                              std::optional<Grouping> only) {
    std::vector<CellFigures> cells;
    StateKey prefix = place;
    if (only) {
        prefix.u8(static_cast<std::uint8_t>(*only));
    }
    FISCUS_TRY(store.scan(prefix, [&cells](std::string_view, std::string_view value) -> Status {
        Reader reader(value);
        while (reader.left() > 0) {
            CellFigures& cell = cells.emplace_back();
            const std::optional<CellKey> key = read_cell(reader);
            cell.active = reader.varint() != 0;
            cell.figures.day = parse_sums(reader);
            for (std::uint64_t& count : cell.figures.distinct) {
                count = reader.varint();
            }
            cell.figures.to_date = parse_sums(reader);
            if (!key || !reader.ok()) {
                return damaged_state("figures of a revision");
            }
            cell.key = *key;
        }
        return Done{};
    }));
    return cells;
}

}  // namespace fiscus::projections

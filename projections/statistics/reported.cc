#include "projections/statistics/reported.h"

#include <algorithm>

#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

void append(std::string& value, const ReportedCell& cell) {
    put_varint(value, cell.key.first);
    put_varint(value, cell.key.second);
    put_varint(value, cell.active ? 1 : 0);
    if (cell.active) {
        append_sums(value, cell.figures.day);
        for (const std::uint64_t count : cell.figures.distinct) {
            put_varint(value, count);
        }
    }
    append_sums(value, cell.figures.to_date);
}

ReportedCell parse(Reader& reader, Grouping grouping) {
    ReportedCell cell;
    cell.key.grouping = grouping;
    cell.key.first = reader.varint32();
    cell.key.second = reader.varint32();
    cell.active = reader.varint() != 0;
    if (cell.active) {
        cell.figures.day = parse_sums(reader);
        for (std::uint64_t& count : cell.figures.distinct) {
            count = reader.varint();
        }
    }
    cell.figures.to_date = parse_sums(reader);
    return cell;
}

}  // namespace

const ReportedCell* find_cell(const ReportedCells& cells, const CellKey& key) {
    const auto at = std::ranges::lower_bound(cells, key, {}, &ReportedCell::key);
    return at != cells.end() && at->key == key ? &*at : nullptr;
}

void ReportedWriter::add(const ReportedCell& cell) {
    if (cell.key.grouping != grouping_) {
        finish();
        grouping_ = cell.key.grouping;
        portion_ = 0;
    } else if (cells_ == portion_cells_max) {
        finish();
    }
    append(value_, cell);
    ++cells_;
}

void ReportedWriter::finish() {
    if (cells_ > 0) {
        store_.put(StateKey(table::figures)
                       .u32(programme_)
                       .day(day_)
                       .u32(revision_)
                       .u8(static_cast<std::uint8_t>(grouping_))
                       .u32(portion_++),
                   value_);
    }
    value_.clear();
    cells_ = 0;
}

Result<ReportedCells> load_reported(const Store& store, std::uint32_t programme, std::int32_t day,
                                    std::uint32_t revision, std::optional<Grouping> only) {
    ReportedCells cells;
    StateKey prefix(table::figures);
    prefix.u32(programme).day(day).u32(revision);
    if (only) {
        prefix.u8(static_cast<std::uint8_t>(*only));
    }
    FISCUS_TRY(store.scan(prefix, [&](std::string_view key, std::string_view value) -> Status {
        KeyReader place(key);
        place.u32();
        place.day();
        place.u32();
        const std::uint8_t grouping = place.u8();
        place.u32();
        Reader reader(value);
        while (reader.left() > 0) {
            cells.push_back(parse(reader, static_cast<Grouping>(grouping)));
        }
        return place.finished() && reader.ok() && grouping < grouping_count
                   ? Status(Done{})
                   : damaged_state("figures of a revision");
    }));
    return cells;
}

}  // namespace fiscus::projections

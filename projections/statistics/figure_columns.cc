#include "projections/statistics/figure_columns.h"

namespace fiscus::projections {

namespace {

// Classes of GB/T 4754 have four digits, the first may be 0.
std::string code_text(Dimension dimension, std::uint32_t value) {
    const std::string digits = std::to_string(value);
    const bool padded = dimension == Dimension::industry && value > 99 && digits.size() < 4;
    return padded ? std::string(4 - digits.size(), '0') + digits : digits;
}

CellType type_of(const Measure& measure) {
    switch (measure.type) {
        case MeasureType::count: return CellType::integer;
        case MeasureType::amount: return CellType::yuan;
        case MeasureType::ratio: return CellType::ratio;
    }
    return CellType::text;
}

}  // namespace

void add_cell_columns(Table& table, const GroupingInfo& set) {
    for (std::size_t at = 0; at < set.used; ++at) {
        const DimensionInfo& dimension = info(set.dimensions[at]);
        const std::string id(dimension.id);
        table.columns.push_back({id, std::string(dimension.english) + " code",
                                 std::string(dimension.chinese) + "代码", CellType::code});
        table.columns.push_back({id + "_name", std::string(dimension.english),
                                 std::string(dimension.chinese), CellType::text});
    }
}

void add_cell(Cells& cells, const CellKey& key, const Reference& names, const CodeNames& codes) {
    const GroupingInfo& set = info(key.grouping);
    for (std::size_t at = 0; at < set.used; ++at) {
        cells.push_back(code_text(set.dimensions[at], at == 0 ? key.first : key.second));
        cells.push_back(names.name_of(codes, key, at));
    }
}

void add_measure_column(Table& table, const Measure& measure) {
    table.columns.push_back({std::string(measure.id), std::string(measure.english),
                             std::string(measure.chinese), type_of(measure)});
}

void add_measure(Cells& cells, const Measure& measure, const Figures& figures) {
    cells.push_back(measure.type == MeasureType::ratio ? ratio_text(measure.ratio(figures))
                                                       : std::to_string(measure.value(figures)));
}

}  // namespace fiscus::projections

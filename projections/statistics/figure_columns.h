// The columns that tables of figures have in common: codes and names of a cell, and its measures.
// Thread: values. Fails: never.
#pragma once

#include <string>
#include <vector>

#include "projections/data/code_names.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/reference.h"
#include "projections/statistics/table.h"

namespace fiscus::projections {

using Cells = std::vector<std::string>;

// Code and name of each dimension.
void add_cell_columns(Table& table, const GroupingInfo& set);
void add_cell(Cells& cells, const CellKey& key, const Reference& names, const CodeNames& codes);

void add_measure_column(Table& table, const Measure& measure);
void add_measure(Cells& cells, const Measure& measure, const Figures& figures);

}  // namespace fiscus::projections

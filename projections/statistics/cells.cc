#include "projections/statistics/cells.h"

#include <algorithm>

#include "projections/statistics/state_tables.h"
#include "projections/store/codec.h"

namespace fiscus::projections {

CellNumber CellDirectory::number(const CellKey& key) {
    auto& index = index_[static_cast<std::size_t>(key.grouping)];
    const std::uint64_t packed = static_cast<std::uint64_t>(key.first) << 32 | key.second;
    const auto [at, is_new] = index.try_emplace(packed, static_cast<CellNumber>(keys_.size()));
    if (is_new) {
        keys_.push_back(key);
    }
    return at->second;
}

CellNumbers CellDirectory::numbers(const DimensionValues& values) {
    CellNumbers numbers{};
    std::size_t at = 0;
    for (const GroupingInfo& set : groupings()) {
        numbers[at++] = number(cell_key(set, values));
    }
    return numbers;
}

std::optional<DistinctCounts> DayCell::counts() {
    const auto net_consumers = consumers.net();
    const auto net_merchants = merchants.net();
    if (!net_consumers || !net_merchants) {
        return std::nullopt;
    }
    DistinctCounts counts{};
    counts[index(Distinct::claiming_consumers_asked)] = asked();
    counts[index(Distinct::claiming_consumers_received)] = received.cardinality();
    counts[index(Distinct::redeeming_consumers)] = consumers.gross();
    counts[index(Distinct::redeeming_consumers_net)] = *net_consumers;
    counts[index(Distinct::redeeming_merchants)] = merchants.gross();
    counts[index(Distinct::redeeming_merchants_net)] = *net_merchants;
    return counts;
}

void DayCell::append_to(std::string& out) {
    append_sums(out, sums);
    received.append_to(out);
    asked_in_vain.append_to(out);
    consumers.append_to(out);
    merchants.append_to(out);
}

bool DayCell::parse(std::string_view bytes) {
    Reader reader(bytes);
    sums = parse_sums(reader);
    return received.parse(reader) && asked_in_vain.parse(reader) && consumers.parse(reader) &&
           merchants.parse(reader) && reader.finished();
}

std::size_t DayCell::memory() const {
    return sizeof(DayCell) + received.memory() + asked_in_vain.memory() + consumers.memory() +
           merchants.memory();
}

void DayCells::add_slot(CellNumber number) {
    if (number >= slot_of_.size()) {
        slot_of_.resize(std::max<std::size_t>(number + 1, slot_of_.size() * 2));
    }
    cells_.emplace_back();
    numbers_.push_back(number);
    dirty_.push_back(0);
    weights_.push_back(0);
    slot_of_[number] = static_cast<std::uint32_t>(cells_.size());
    weigh(slot_of_[number] - 1);
}

void DayCells::weigh(std::uint32_t slot) {
    memory_ -= weights_[slot];
    weights_[slot] = static_cast<std::uint32_t>(
        std::min<std::size_t>(cells_[slot].memory() + 2 * sizeof(std::uint64_t), UINT32_MAX));
    memory_ += weights_[slot];
}

Status DayCells::load(const Store& store,
                      std::uint32_t programme,
                      std::int32_t day,
                      CellDirectory& directory,
                      std::optional<Grouping> only) {
    StateKey prefix(table::day_cells);
    prefix.u32(programme).day(day);
    if (only) {
        prefix.u8(static_cast<std::uint8_t>(*only));
    }
    return store.scan(prefix, [&](std::string_view key, std::string_view value) -> Status {
        KeyReader reader(key);
        reader.u32();
        reader.day();
        const std::optional<CellKey> cell = read_cell_key(reader);
        if (!cell || !reader.finished()) {
            return damaged_state("key of a day's cell");
        }
        const CellNumber number = directory.number(*cell);
        if (find(number) == nullptr) {
            add_slot(number);
        }
        const std::uint32_t slot = slot_of_[number] - 1;
        if (!cells_[slot].parse(value)) {
            return damaged_state("cell of " + std::string(info(cell->grouping).id));
        }
        weigh(slot);
        return Done{};
    });
}

void DayCells::save(Store& store,
                    std::uint32_t programme,
                    std::int32_t day,
                    const CellDirectory& directory) {
    std::string value;
    for (const std::uint32_t slot : dirty_slots_) {
        value.clear();
        cells_[slot].append_to(value);
        store.put(day_cell_key(programme, day, directory.key(numbers_[slot])), value);
        dirty_[slot] = 0;
        weigh(slot);
    }
    dirty_slots_.clear();
}

std::string day_cell_key(std::uint32_t programme, std::int32_t day, const CellKey& cell) {
    StateKey key(table::day_cells);
    key.u32(programme).day(day);
    append_cell_key(key, cell);
    return key.bytes();
}

}  // namespace fiscus::projections

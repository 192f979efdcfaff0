// The grouping sets in which every figure is kept, and the key of one cell in them: which batch,
// which district … A set uses at most two dimensions. Adding a set is one line in grouping.cc,
// unless it crosses two dimensions that no fine set has both of.
// Thread: values. Fails: never.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fiscus::projections {

// Numbers are part of the state's keys.
enum class Grouping : std::uint8_t {
    programme = 0,
    batch = 1,
    pack = 2,  // batch and pack: pack numbers are given anew in every batch
    platform = 3,
    prefecture = 4,
    district = 5,
    category = 6,
    industry = 7,
    size_class = 8,
    channel = 9,
    batch_district = 10,
    batch_industry = 11,
    batch_category = 12,
    industry_size_class = 13,
};
inline constexpr std::size_t grouping_count = 14;

enum class Dimension : std::uint8_t {
    batch,
    pack,
    platform,
    prefecture,
    district,
    category,
    industry,
    size_class,
    channel,
};
inline constexpr std::size_t dimension_count = 9;

struct DimensionInfo {
    Dimension dimension;
    std::string_view id;  // field of a row; its name stands beside it as <id>_name
    std::string_view english;
    std::string_view chinese;
    unsigned bits;  // of its codes, as in schemas/journal.fbs
};

struct GroupingInfo {
    Grouping grouping;
    std::string_view id;
    std::string_view english;
    std::string_view chinese;
    std::array<Dimension, 2> dimensions;
    std::size_t used;  // how many of them
};

// Dimensions that are looked up together, because they have few values that go together. A grouping
// set uses dimensions of one fine set, so that its cells follow from the cells of that.
using FineSet = std::array<Dimension, 3>;
inline constexpr std::size_t fine_set_count = 4;
inline constexpr std::array<FineSet, fine_set_count> fine_sets = {{
    {Dimension::platform, Dimension::channel, Dimension::channel},
    {Dimension::batch, Dimension::pack, Dimension::category},
    {Dimension::batch, Dimension::district, Dimension::prefecture},
    {Dimension::batch, Dimension::industry, Dimension::size_class},
}};
// Grouping sets that use the dimensions of one fine set.
inline constexpr std::size_t coarser_sets_max = 4;
// The first fine set whose dimensions are enough.
std::size_t fine_set_of(const GroupingInfo& set);

// In the order of the enumerators.
std::span<const GroupingInfo, grouping_count> groupings();
std::span<const DimensionInfo, dimension_count> dimensions();
const GroupingInfo& info(Grouping grouping);
const DimensionInfo& info(Dimension dimension);
// Accepts the id: "district", "batch_district" …
std::optional<Grouping> grouping_from_id(std::string_view id);

// Which cell of a grouping set. Values that the set does not use are 0.
struct CellKey {
    Grouping grouping = Grouping::programme;
    std::uint32_t first = 0;
    std::uint32_t second = 0;

    friend constexpr auto operator<=>(const CellKey&, const CellKey&) = default;
};
// "batch_district/3/420102"
std::string path_of(const CellKey& cell);
void append_path(std::string& out, const CellKey& cell);

}  // namespace fiscus::projections

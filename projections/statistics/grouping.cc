#include "projections/statistics/grouping.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace fiscus::projections {

namespace {

constexpr std::array<DimensionInfo, dimension_count> dimension_table{{
    {Dimension::batch, "batch", "Batch", "批次", 32},
    {Dimension::pack, "pack", "Pack", "礼包", 16},
    {Dimension::platform, "platform", "Platform", "服务平台", 16},
    {Dimension::prefecture, "prefecture", "Prefecture", "市州", 32},
    {Dimension::district, "district", "District", "县市区", 32},
    {Dimension::category, "category", "Category", "业态", 16},
    {Dimension::industry, "industry", "Industry", "行业", 16},
    {Dimension::size_class, "size_class", "Size class", "规模类型", 8},
    {Dimension::channel, "channel", "Channel", "渠道", 8},
}};

constexpr std::array<GroupingInfo, grouping_count> grouping_table{{
    {Grouping::programme, "programme", "Programme", "活动", {}, 0},
    {Grouping::batch, "batch", "By batch", "分批次", {Dimension::batch}, 1},
    {Grouping::pack, "pack", "By pack", "分礼包", {Dimension::batch, Dimension::pack}, 2},
    {Grouping::platform, "platform", "By platform", "分平台", {Dimension::platform}, 1},
    {Grouping::prefecture, "prefecture", "By prefecture", "分市州", {Dimension::prefecture}, 1},
    {Grouping::district, "district", "By district", "分县市区", {Dimension::district}, 1},
    {Grouping::category, "category", "By category", "分业态", {Dimension::category}, 1},
    {Grouping::industry, "industry", "By industry", "分行业", {Dimension::industry}, 1},
    {Grouping::size_class, "size_class", "By size class", "分规模类型", {Dimension::size_class}, 1},
    {Grouping::channel, "channel", "By channel", "分渠道", {Dimension::channel}, 1},
    {Grouping::batch_district,
     "batch_district",
     "By batch and district",
     "分批次县市区",
     {Dimension::batch, Dimension::district},
     2},
    {Grouping::batch_industry,
     "batch_industry",
     "By batch and industry",
     "分批次行业",
     {Dimension::batch, Dimension::industry},
     2},
    {Grouping::batch_category,
     "batch_category",
     "By batch and category",
     "分批次业态",
     {Dimension::batch, Dimension::category},
     2},
    {Grouping::industry_size_class,
     "industry_size_class",
     "By industry and size class",
     "分行业规模类型",
     {Dimension::industry, Dimension::size_class},
     2},
}};

constexpr std::size_t find_fine_set(const GroupingInfo& set) {
    const auto is_enough = [&set](const FineSet& fine) {
        return std::all_of(set.dimensions.begin(), set.dimensions.begin() + set.used,
                           [&fine](Dimension dimension) {
                               return std::ranges::find(fine, dimension) != fine.end();
                           });
    };
    return static_cast<std::size_t>(std::ranges::find_if(fine_sets, is_enough) - fine_sets.begin());
}

constexpr bool fine_sets_are_enough() {
    std::array<std::size_t, fine_set_count + 1> coarser{};
    for (const GroupingInfo& set : grouping_table) {
        ++coarser[find_fine_set(set)];
    }
    return coarser.back() == 0 && *std::ranges::max_element(coarser) <= coarser_sets_max;
}
static_assert(fine_sets_are_enough(), "every grouping set follows from a fine set");

}  // namespace

std::size_t fine_set_of(const GroupingInfo& set) { return find_fine_set(set); }

std::span<const GroupingInfo, grouping_count> groupings() { return grouping_table; }
std::span<const DimensionInfo, dimension_count> dimensions() { return dimension_table; }

const GroupingInfo& info(Grouping grouping) {
    return grouping_table[static_cast<std::size_t>(grouping)];
}
const DimensionInfo& info(Dimension dimension) {
    return dimension_table[static_cast<std::size_t>(dimension)];
}

std::optional<Grouping> grouping_from_id(std::string_view id) {
    const auto at = std::ranges::find(grouping_table, id, &GroupingInfo::id);
    return at != grouping_table.end() ? std::optional(at->grouping) : std::nullopt;
}

void append_path(std::string& out, const CellKey& cell) {
    const GroupingInfo& set = info(cell.grouping);
    out.append(set.id);
    for (std::size_t at = 0; at < set.used; ++at) {
        char number[16];
        const auto written =
            std::to_chars(std::begin(number), std::end(number), at == 0 ? cell.first : cell.second);
        out += '/';
        out.append(std::begin(number), written.ptr);
    }
}

std::string path_of(const CellKey& cell) {
    std::string path;
    append_path(path, cell);
    return path;
}

}  // namespace fiscus::projections

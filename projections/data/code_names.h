// Chinese names of the national codes that rows and tables show: districts and prefectures of
// GB/T 2260, industry classes of GB/T 4754-2017. Figures never depend on them.
// Thread: read only after construction. Fails: never; an unknown code is its own name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fiscus::projections {

class CodeNames {
public:
    CodeNames();

    // 420102 → 江岸区. Codes of a whole prefecture or province give its name.
    [[nodiscard]] std::string district(std::uint32_t code) const;
    // 4201 → 武汉市
    [[nodiscard]] std::string prefecture(std::uint32_t code) const;
    // 6210 → 正餐服务
    [[nodiscard]] std::string industry(std::uint32_t code) const;

private:
    struct Name {
        std::uint32_t code;
        std::string_view name;
    };
    static const Name* find(const std::vector<Name>& names, std::uint32_t code);

    std::vector<Name> districts_;  // by code, each list
    std::vector<Name> prefectures_;
    std::vector<Name> provinces_;
    std::vector<Name> industries_;
};

}  // namespace fiscus::projections

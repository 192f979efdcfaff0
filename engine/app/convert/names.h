// What is wrong with an input, field by field, and what the writer may have meant.
// Thread: values. Fails: never.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace fiscus::convert {

// All that is wrong with one event; the first few are told.
class Faults {
public:
    // "body.order_amount_fen: the text "12"; expected a whole number"
    void add(std::string_view path, std::string_view found, std::string_view expected);
    [[nodiscard]] bool none() const { return texts_.empty(); }
    [[nodiscard]] Error error(std::string_view what) const;

private:
    std::vector<std::string> texts_;
};

// ", did you mean "batch"?" for the nearest of the known names, if one is near; otherwise nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

}  // namespace fiscus::convert

#include "engine/app/convert/names.h"

#include <algorithm>
#include <numeric>

namespace fiscus::convert {
namespace {

// Enough to mend a line at one go, little enough to read.
constexpr std::size_t told_max = 8;

// Letters to insert, remove or replace on the way from one to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0U : 1U);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

void Faults::add(std::string_view path, std::string_view found, std::string_view expected) {
    std::string text;
    if (!path.empty()) {
        text.append(path).append(": ");
    }
    text.append(found);
    if (!expected.empty()) {
        text.append("; expected ").append(expected);
    }
    texts_.push_back(std::move(text));
}

Error Faults::error(std::string_view what) const {
    Error error{.code = ErrorCode::usage, .what = std::string(what), .why = {}, .hint = {}};
    for (std::size_t i = 0; i < std::min(texts_.size(), told_max); ++i) {
        error.why += (i == 0 ? "" : "\n  ") + texts_[i];
    }
    if (texts_.size() > told_max) {
        error.why += "\n  and " + std::to_string(texts_.size() - told_max) + " more";
    }
    error.hint =
        "Kinds and fields are in schemas/events.fbs, their JSON in docs/formats/events.md.";
    return error;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
    const std::string* nearest = nullptr;
    // A third of the letters may be wrong.
    std::size_t distance = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const std::string& candidate : known) {
        const std::size_t steps = edit_distance(name, candidate);
        if (steps < distance) {
            distance = steps;
            nearest = &candidate;
        }
    }
    return nearest == nullptr ? std::string() : ", did you mean \"" + *nearest + "\"?";
}

}  // namespace fiscus::convert

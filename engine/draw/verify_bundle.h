// Checks a bundle as a stranger would: every figure is recomputed from rules, list and entropy, and
// every byte of every file is compared. The checks have names and an order, which are the same for
// every verifier (docs/formats/draw-bundle.md); the first that fails ends the check.
// Thread: values. Fails: verify() never; verify_directory() when the directory cannot be read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/draw/bundle.h"

namespace fiscus::draw {

// A check that passed: its name, and what it found.
struct Check {
    std::string_view name;
    std::string found;
};

struct Difference {
    std::string_view check;
    Error error;  // what differs, and why it counts
};

struct Verdict {
    std::vector<Check> passed;
    std::optional<Difference> difference;
    [[nodiscard]] bool good() const { return !difference; }
};

Verdict verify(const Bundle& bundle, std::size_t compared_bytes = score_bytes);
Result<Verdict> verify_directory(const std::filesystem::path& directory,
                                 std::size_t compared_bytes = score_bytes);

}  // namespace fiscus::draw

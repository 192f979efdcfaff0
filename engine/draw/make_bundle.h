// Makes the bundle of a draw from what the ledger knows of it. What it makes it also verifies, so
// nothing that a stranger would find wrong is ever published.
// Thread: values. Fails: diverged or corrupt, as the verifier says; nothing is made then.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/draw/bundle.h"
#include "engine/draw/lines.h"

namespace fiscus::draw {

struct BatchDraw {
    BatchRules rules;
    std::vector<Ticket> tickets;  // ascending
    std::int64_t sealed_at_us = 0;
    std::int64_t opened_at_us = 0;
    BatchEntropy entropy;
};
Result<Bundle> make_bundle(const BatchDraw& draw, std::size_t compared_bytes = score_bytes);

struct DayDraw {
    DayRules rules;
    std::int32_t day = 0;
    std::vector<DayRequest> requests;  // in the order of the log
    std::int64_t sealed_at_us = 0;
    std::int64_t opened_at_us = 0;
    Digest key{};
    std::string public_value;  // of the day before
};
Result<Bundle> make_bundle(const DayDraw& draw);

// README.md: the recipe, in English and Chinese.
std::string readme_of(const Rules& rules);

}  // namespace fiscus::draw

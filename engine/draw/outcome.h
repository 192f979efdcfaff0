// From rules, sealed list and entropy to what a bundle says of the result: the one computation that
// the writer and the verifier of bundles share.
// Thread: values. Fails: diverged, naming what does not fit.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/draw/bundle.h"
#include "engine/draw/lines.h"
#include "engine/draw/merkle.h"

namespace fiscus::draw {

// list.txt, read. The views live as long as the file's text.
struct DrawList {
    std::vector<std::string_view> lines;
    std::variant<std::vector<Ticket>, std::vector<DayRequest>> entries;
};
Result<DrawList> list_from(std::string_view text, DrawKind kind);

// Three files.
struct Outcome {
    std::string result;
    std::string result_page;
    std::string receipts;
};

struct DrawInput {
    const Rules& rules;
    const DrawList& list;
    const Sealed& sealed;
    const MerkleTree& tree;  // of the list's lines
    const Entropy& entropy;
    Digest entropy_sha256{};  // of entropy.json
    std::size_t compared_bytes = score_bytes;
};
Result<Outcome> outcome_of(const DrawInput& input);

// The decisions of a day in the order of its list.
std::vector<Decision> decide_day(const DayRules& rules,
                                 std::span<const DayRequest> requests,
                                 std::int32_t day,
                                 const Digest& key,
                                 std::string_view public_value);

}  // namespace fiscus::draw

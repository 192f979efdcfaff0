// What a notary publishes of a draw (公示包): of a batch, or of a closed day of instant draws. Nine
// files that bind one another; who has them can recompute every figure without the ledger. Layout
// and every byte: docs/formats/draw-bundle.md.
//   README.md  SHA256SUMS  entropy.json  list.txt  receipts.txt  result.json  result.txt
//   rules.json  sealed.json
// Thread: values. Fails: reading a page, corrupt with line and field.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/draw/algorithm.h"
#include "engine/draw/batch_draw.h"
#include "engine/draw/digest.h"
#include "engine/draw/instant_draw.h"

namespace fiscus::draw {

// In the order of their names as bytes, which is that of the manifest.
enum class BundleFile : std::uint8_t {
    readme,
    manifest,
    entropy,
    list,
    receipts,
    result_page,
    result,
    rules,
    sealed,
};
inline constexpr std::size_t bundle_files = 9;
std::string_view file_name(BundleFile file);
// page_bytes_max or lines_bytes_max.
std::size_t file_bytes_max(BundleFile file);

// The texts of a bundle, by file.
class Bundle {
public:
    std::string& operator[](BundleFile file) { return texts_[static_cast<std::size_t>(file)]; }
    const std::string& operator[](BundleFile file) const {
        return texts_[static_cast<std::size_t>(file)];
    }

    friend bool operator==(const Bundle&, const Bundle&) = default;

private:
    std::array<std::string, bundle_files> texts_;
};

// rules.json of a batch: published before any ticket is there.
struct BatchRules {
    HashKind hash = HashKind::sha256;
    BatchName batch;
    std::string title;
    PrizePlan plan;
    Digest commitment{};
    std::string digits_source;
    std::int64_t digits_at_us = 0;  // named ahead, after the sealing
    std::string public_value_source;
    std::int64_t public_value_at_us = 0;
};

// rules.json of instant draws: published before the first day.
struct DayRules {
    HashKind hash = HashKind::sha256;
    ProgrammeId programme;
    std::string title;
    std::int32_t first_day = 0;
    std::uint32_t days = 0;
    Digest chain_head{};
    std::string public_value_source;
    std::uint32_t wins_max = 0;  // of a consumer in the programme; 0: no cap
    std::vector<InstantTier> tiers;
};

using Rules = std::variant<BatchRules, DayRules>;
HashKind hash_of_rules(const Rules& rules);

// sealed.json: the list is fixed from here on.
struct Sealed {
    Digest rules_sha256{};
    std::int32_t day = 0;  // instant draws only
    std::int64_t sealed_at_us = 0;
    std::uint64_t count = 0;
    Digest root{};
    Digest list_sha256{};
    Digest list_sm3{};
};

// entropy.json: what was secret or unknown when the list was sealed.
struct Entropy {
    Digest sealed_sha256{};
    std::int64_t opened_at_us = 0;
    Digest secret{};                    // of a batch the operator's secret, of a day its key
    std::string digits;                 // of a batch only
    std::int32_t public_value_day = 0;  // of a day only: the day before
    std::string public_value;
};

// result.json: the figures of result.txt.
struct TierFigures {
    std::uint32_t tier = 0;
    std::uint64_t awarded = 0;
    Amount awarded_amount;
};
struct BatchResult {
    Digest entropy_sha256{};
    Digest seed{};
    Digest root{};  // of the lines of result.txt
    std::uint64_t awarded = 0;
    Amount awarded_amount;
    std::uint64_t reserves = 0;
    std::vector<TierFigures> tiers;
};
struct DayResult {
    Digest entropy_sha256{};
    Digest root{};
    std::array<std::uint64_t, 5> outcomes{};  // by DrawOutcome
    Amount awarded_amount;
    std::vector<TierFigures> tiers;
};

// Pages as text and back. What is read keeps every limit of the format.
std::string page_of(const Rules& rules);
std::string page_of(const Sealed& sealed, DrawKind kind);
std::string page_of(const Entropy& entropy, DrawKind kind);
std::string page_of(const BatchResult& result);
std::string page_of(const DayResult& result);
Result<Rules> rules_from(std::string_view page);
Result<Sealed> sealed_from(std::string_view page, DrawKind kind);
Result<Entropy> entropy_from(std::string_view page, DrawKind kind);

}  // namespace fiscus::draw

#include "engine/apply/chances.h"

#include <string>

#include "engine/base/check.h"
#include "engine/base/time.h"

namespace fiscus::apply {
namespace {

Error missing_key(ProgrammeId programme, std::int32_t day) {
    return {.code = ErrorCode::secret_missing,
            .what = "the key of " + date_text(day) + " for the instant draws of programme " +
                    std::to_string(programme.value()) + " is not there",
            .why = "a request of that day waits for its answer, and the key is not opened yet",
            .hint =
                "put the chain's file into the directory of secrets (--secrets DIR, "
                "docs/operations.md: keys of instant draws); a service goes on by itself"};
}

}  // namespace

Status Chances::load(ProgrammeId programme,
                     const InstantDrawRules& rules,
                     std::int32_t day,
                     std::string_view public_value) {
    if (has(programme, day)) {
        return Done{};
    }
    std::optional<draw::Digest> key;
    if (keys_ != nullptr) {
        FISCUS_ASSIGN(key, keys_->day_key({.programme = programme,
                                           .hash = rules.hash,
                                           .head = rules.chain_head,
                                           .first_day = rules.first_day,
                                           .days = rules.days},
                                          rules.number_of(day)));
    }
    if (!key) {
        return missing_key(programme, day);
    }
    FISCUS_TRY(
        draw::check_key(rules.hash, rules.chain_head, rules.days, rules.number_of(day), *key));
    chances_.emplace(Day{programme.value(), day},
                     draw::InstantChance(rules.hash, *key, programme, day, public_value));
    return Done{};
}

draw::InstantChance& Chances::of(ProgrammeId programme, std::int32_t day) {
    const auto at = chances_.find({programme.value(), day});
    FISCUS_CHECK(at != chances_.end(), "the key of a day is loaded before its requests are judged");
    return at->second;
}

bool Chances::has(ProgrammeId programme, std::int32_t day) const {
    return chances_.contains({programme.value(), day});
}

void Chances::forget(ProgrammeId programme, std::int32_t day) {
    chances_.erase({programme.value(), day});
}

}  // namespace fiscus::apply

// The chances of the days that are being drawn: the key of each day, checked against its chain,
// ready for use. Loaded before the rules run, so that they meet no file.
// Thread: the partition's one writer. Fails: secret_missing when nobody has the key, diverged when
// what is there does not belong to the chain.
#pragma once

#include <map>
#include <utility>

#include "engine/apply/instant_rules.h"
#include "engine/apply/keys.h"

namespace fiscus::apply {

class Chances {
public:
    explicit Chances(Keys* keys) : keys_(keys) {}

    Status load(ProgrammeId programme,
                const InstantDrawRules& rules,
                std::int32_t day,
                std::string_view public_value);
    // Loaded before.
    draw::InstantChance& of(ProgrammeId programme, std::int32_t day);
    [[nodiscard]] bool has(ProgrammeId programme, std::int32_t day) const;
    // The day is closed.
    void forget(ProgrammeId programme, std::int32_t day);

private:
    using Day = std::pair<std::uint32_t, std::int32_t>;

    Keys* keys_;
    std::map<Day, draw::InstantChance> chances_;
};

}  // namespace fiscus::apply

// What each reason of refusal tells upstream to do, in English and Chinese. The order is that of
// schemas/reasons.fbs, which is the order of the checks; a test compares the two.
#pragma once

#include <span>
#include <string_view>

#include "schemas/reasons_generated.h"

namespace fiscus {

struct ReasonText {
    wire::Reason reason = wire::Reason::none;
    std::string_view name;
    std::string_view english;
    std::string_view chinese;
};

// Every reason but none, in order of precedence.
std::span<const ReasonText> reason_texts();
// The text of one reason; for none and for numbers that no reason has: an entry with an empty name.
const ReasonText& reason_text(wire::Reason reason);

}  // namespace fiscus

#include "engine/base/result.h"

#include "engine/base/check.h"

namespace fiscus {

std::string_view code_name(ErrorCode code) {
    switch (code) {
        case ErrorCode::none: return "none";
        case ErrorCode::usage: return "usage";
        case ErrorCode::not_found: return "not_found";
        case ErrorCode::io: return "io";
        case ErrorCode::corrupt: return "corrupt";
        case ErrorCode::log_unavailable: return "log_unavailable";
        case ErrorCode::log_mismatch: return "log_mismatch";
        case ErrorCode::fenced: return "fenced";
        case ErrorCode::diverged: return "diverged";
        case ErrorCode::state: return "state";
        case ErrorCode::interrupted: return "interrupted";
        case ErrorCode::secret_missing: return "secret_missing";
    }
    FISCUS_CHECK(false, "every error code has a name");
}

std::string Error::text() const {
    std::string text = what;
    if (!why.empty()) {
        text += ": " + why;
    }
    if (!hint.empty()) {
        text += "\n  " + hint;
    }
    return text;
}

}  // namespace fiscus

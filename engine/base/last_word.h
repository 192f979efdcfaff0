// For what must not go on after an error: the first one is the answer to every later call, too.
// Thread: one. Fails: as what is called.
#pragma once

#include <optional>

#include "engine/base/result.h"

namespace fiscus {

class LastWord {
public:
    // `call` gives a Result; it is not made any more once one has failed.
    template <typename Call>
    auto unless_failed(Call call) -> decltype(call()) {
        if (error_) {
            return *error_;
        }
        auto outcome = call();
        if (!outcome.ok()) {
            error_ = outcome.error();
        }
        return outcome;
    }

    // Ok as long as no call has failed.
    [[nodiscard]] Status status() const { return error_ ? Status(*error_) : Status(Done{}); }

private:
    std::optional<Error> error_;
};

}  // namespace fiscus

// Result<T>: a value or an Error, for trouble of the world (disk, broker, bytes, configuration). A
// refusal by a rule is never an error, a broken belief is FISCUS_CHECK. Wraps tl::expected, which
// [[nodiscard]] alone does not protect. Chain with early return: FISCUS_TRY.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace fiscus {

// One code for each thing that a caller could react to; `code_name` and the exit code hang on it.
enum class ErrorCode : std::uint16_t {
    none = 0,
    usage = 1,            // a flag, a setting, an input file
    not_found = 2,        // a file, a topic, a voucher, a record
    io = 3,               // the disk said no
    corrupt = 4,          // bytes that were written by us are damaged
    log_unavailable = 5,  // the broker cannot be reached in time
    log_mismatch = 6,     // the log is not the one that the state was built from
    fenced = 7,           // another writer holds a higher term, or the directory is locked
    diverged = 8,         // recomputed and published differ
    state = 9,            // the state store said no
    interrupted = 10,     // asked to stop
    secret_missing = 11,  // a key that must not be in the log is not where it should be
};

std::string_view code_name(ErrorCode code);

// What failed, why, and what to do: one sentence each, for people.
struct Error {
    ErrorCode code = ErrorCode::none;
    std::string what;
    std::string why;
    std::string hint;

    [[nodiscard]] std::string text() const;
};

struct Done {};

template <typename T = Done>
class [[nodiscard]] Result {
public:
    // A value or an error becomes a result by being returned.
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(T value) : inner_(std::move(value)) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) : inner_(tl::unexpect, std::move(error)) {}

    [[nodiscard]] bool ok() const { return inner_.has_value(); }
    [[nodiscard]] explicit operator bool() const { return ok(); }
    // Only after ok().
    [[nodiscard]] T& value() & { return *inner_; }
    [[nodiscard]] const T& value() const& { return *inner_; }
    [[nodiscard]] T&& value() && { return *std::move(inner_); }
    [[nodiscard]] T* operator->() { return &*inner_; }
    [[nodiscard]] T& operator*() & { return *inner_; }
    [[nodiscard]] T&& operator*() && { return *std::move(inner_); }
    // Only after !ok().
    [[nodiscard]] const Error& error() const& { return inner_.error(); }
    [[nodiscard]] Error&& error() && { return std::move(inner_).error(); }

private:
    tl::expected<T, Error> inner_;
};

using Status = Result<Done>;

}  // namespace fiscus

// Leaves the function with the error of a Status (or any Result whose value is not needed).
#define FISCUS_TRY(expression)                       \
    do {                                             \
        auto fiscus_result = (expression);           \
        if (!fiscus_result.ok()) [[unlikely]] {      \
            return std::move(fiscus_result).error(); \
        }                                            \
    } while (false)

#define FISCUS_CONCAT_2(a, b) a##b
#define FISCUS_CONCAT(a, b) FISCUS_CONCAT_2(a, b)
// FISCUS_ASSIGN(auto x, f()): x is the value, or the function returns the error.
#define FISCUS_ASSIGN(target, expression)                                  \
    auto FISCUS_CONCAT(fiscus_result_, __LINE__) = (expression);           \
    if (!FISCUS_CONCAT(fiscus_result_, __LINE__).ok()) [[unlikely]] {      \
        return std::move(FISCUS_CONCAT(fiscus_result_, __LINE__)).error(); \
    }                                                                      \
    target = std::move(FISCUS_CONCAT(fiscus_result_, __LINE__)).value()

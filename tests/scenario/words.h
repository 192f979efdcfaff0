// The words of one line of a scenario: numbers, amounts, dates and names, taken from left to right.
// Thread: one. Fails: throws ScenarioError with what was expected; the reader adds the line.
#pragma once

#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/reference/answer.h"
#include "tests/support/events.h"

namespace fiscus::scenario {

class ScenarioError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

std::string bytes_of_hex(const std::string& hex);

class Words {
public:
    // Words stand between blanks; one in double quotes may hold blanks.
    explicit Words(std::string_view text);

    [[nodiscard]] bool empty() const { return next_ == words_.size(); }
    // The next word, empty at the end.
    [[nodiscard]] const std::string& peek() const;
    std::string take(std::string_view what);
    // Takes the word if it is the next one.
    bool accept(std::string_view word);
    void expect(std::string_view word);
    void expect_end() const;

    template <typename Number>
    Number number(std::string_view what) {
        const std::string word = take(what);
        Number value = 0;
        const char* end = word.data() + word.size();
        const auto [stop, error] = std::from_chars(word.data(), end, value);
        if (error != std::errc() || stop != end) {
            throw ScenarioError("'" + word + "' is no " + std::string(what));
        }
        return value;
    }
    // 12.34 yuan as fen.
    std::int64_t amount();
    // 2026-03-01
    std::int32_t day();
    // 2026-03-01 10:00 or 2026-03-01 10:00:30.000001, Asia/Shanghai.
    std::int64_t instant();
    // Hexadecimal digits, as the bytes that they stand for.
    std::string bytes();
    // A word; nothing, empty, bytes HEX, or repeated WORD COUNT.
    support::MaybeText text();
    // Hexadecimal digits; nothing, or repeated DIGITS COUNT.
    support::MaybeText maybe_bytes();
    // The id of a name; `zero` is the zero id.
    Id128 id();
    // As id(); `nothing` is left out of the event.
    support::MaybeId maybe_id();
    // One of the words, as its place in the list.
    template <typename Enum>
    Enum one_of(const std::map<std::string, Enum, std::less<>>& words) {
        const std::string word = take("word");
        const auto found = words.find(word);
        if (found == words.end()) {
            throw ScenarioError("'" + word + "' is none of the words that can stand here");
        }
        return found->second;
    }
    // An account as balances and postings name it: docs in README.md.
    reference::Account account(std::uint32_t programme);

    using Handlers = std::map<std::string, std::function<void()>, std::less<>>;
    // As long as the next word has a handler: takes the word and calls it.
    void each(const Handlers& handlers);

private:
    std::string repeated();

    std::vector<std::string> words_;
    std::size_t next_ = 0;
};

}  // namespace fiscus::scenario

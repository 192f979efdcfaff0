#include "tests/scenario/words.h"

#include <optional>

#include "engine/base/time.h"

namespace fiscus::scenario {

using reference::Account;
using wire::AccountKind;

std::string bytes_of_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned value = 0;
        const auto [stop, error] = std::from_chars(&hex[i], &hex[i] + 2, value, 16);
        if (error != std::errc() || stop != &hex[i] + 2) {
            throw ScenarioError("'" + hex + "' is not hexadecimal");
        }
        bytes += static_cast<char>(value);
    }
    return bytes;
}

Words::Words(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == ' ' || text[at] == '\t') {
            ++at;
            continue;
        }
        const bool quoted = text[at] == '"';
        const std::size_t begin = quoted ? at + 1 : at;
        const std::size_t end = text.find_first_of(quoted ? "\"" : " \t", begin);
        words_.emplace_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
        if (end == std::string_view::npos) {
            return;
        }
        at = end + 1;
    }
}

const std::string& Words::peek() const {
    static const std::string nothing;
    return empty() ? nothing : words_[next_];
}

std::string Words::take(std::string_view what) {
    if (empty()) {
        throw ScenarioError("the line ends where a " + std::string(what) + " is expected");
    }
    return words_[next_++];
}

bool Words::accept(std::string_view word) {
    if (empty() || words_[next_] != word) {
        return false;
    }
    ++next_;
    return true;
}

void Words::expect(std::string_view word) {
    if (!accept(word)) {
        throw ScenarioError("'" + std::string(word) + "' is expected, not '" + peek() + "'");
    }
}

void Words::expect_end() const {
    if (!empty()) {
        throw ScenarioError("'" + peek() + "' has no meaning here");
    }
}

std::int64_t Words::amount() {
    const std::string word = take("amount");
    const std::size_t point = word.find('.');
    if (point == std::string::npos || word.size() - point != 3) {
        throw ScenarioError("'" + word + "' is no amount such as 12.34");
    }
    const std::string digits = word.substr(0, point) + word.substr(point + 1);
    std::int64_t fen = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, fen);
    if (error != std::errc() || stop != end) {
        throw ScenarioError("'" + word + "' is no amount of 64 bits");
    }
    return fen;
}

std::int32_t Words::day() {
    const std::string word = take("date");
    const std::optional<std::int32_t> day = date_from_text(word);
    if (!day) {
        throw ScenarioError("'" + word + "' is no date such as 2026-03-01");
    }
    return *day;
}

std::int64_t Words::instant() {
    const std::string date = take("date");
    std::string time = take("time of day");
    if (time.size() == 5) {
        time += ":00";
    }
    const std::optional<std::int64_t> instant = instant_from_text(date + "T" + time + "+08:00");
    if (!instant) {
        throw ScenarioError("'" + date + " " + time + "' is no instant such as 2026-03-01 10:00");
    }
    return *instant;
}

std::string Words::bytes() { return bytes_of_hex(take("hexadecimal digits")); }

// WORD COUNT
std::string Words::repeated() {
    const std::string unit = take("text");
    std::string text;
    for (auto left = number<std::size_t>("count"); left > 0; --left) {
        text += unit;
    }
    return text;
}

support::MaybeText Words::text() {
    if (accept("nothing")) {
        return std::nullopt;
    }
    if (accept("empty")) {
        return "";
    }
    if (accept("bytes")) {
        return bytes();
    }
    return accept("repeated") ? repeated() : take("text");
}

support::MaybeText Words::maybe_bytes() {
    if (accept("nothing")) {
        return std::nullopt;
    }
    return accept("repeated") ? bytes_of_hex(repeated()) : bytes();
}

Id128 Words::id() {
    const std::string name = take("name");
    return name == "zero" ? Id128{} : support::id_named(name);
}

support::MaybeId Words::maybe_id() {
    if (accept("nothing")) {
        return std::nullopt;
    }
    return id();
}

reference::Account Words::account(std::uint32_t programme) {
    static const std::map<std::string, AccountKind, std::less<>> kinds = {
        {"treasury", AccountKind::treasury},
        {"fund", AccountKind::fund},
        {"budget", AccountKind::budget},
        {"outstanding", AccountKind::outstanding},
        {"payable", AccountKind::payable},
        {"paid", AccountKind::paid},
        {"receivable", AccountKind::receivable},
        {"compensation", AccountKind::compensation},
        {"prize_budget", AccountKind::prize_budget},
        {"prize_payable", AccountKind::prize_payable},
        {"prize_paid", AccountKind::prize_paid},
        {"prize_receivable", AccountKind::prize_receivable},
        {"order_turnover", AccountKind::order_turnover},
        {"platform_match", AccountKind::platform_match},
        {"merchant_match", AccountKind::merchant_match},
        {"memorandum", AccountKind::memorandum}};
    Account account;
    account.kind = one_of(kinds);
    account.programme = programme;
    each({{"programme", [&] { account.programme = number<std::uint32_t>("programme"); }},
          {"account", [&] { account.key = number<std::uint64_t>("ordinal"); }},
          {"batch", [&] { account.batch = number<std::uint32_t>("batch"); }},
          {"until", [&] { account.key = static_cast<std::uint64_t>(day()); }},
          {"platform", [&] { account.key = number<std::uint64_t>("platform"); }},
          {"tier", [&] { account.key = number<std::uint64_t>("tier"); }},
          {"merchant",
           [&] { account.key = (std::uint64_t{1} << 32U) + number<std::uint64_t>("ordinal"); }}});
    return account;
}

void Words::each(const Handlers& handlers) {
    while (!empty()) {
        const auto handler = handlers.find(peek());
        if (handler == handlers.end()) {
            return;
        }
        ++next_;
        handler->second();
    }
}

}  // namespace fiscus::scenario

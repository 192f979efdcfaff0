#include "engine/runtime/sign.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/ids.h"

namespace fiscus::runtime {
namespace {

constexpr std::string_view handover_prefix = "handover:";
constexpr std::array roles{Role::leader, Role::standby};

// Takes " name=" and what follows up to the next space.
std::optional<std::string_view> take_field(std::string_view& text, std::string_view name) {
    const std::string before = " " + std::string(name) + "=";
    if (!text.starts_with(before)) {
        return std::nullopt;
    }
    text.remove_prefix(before.size());
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view value = text.substr(0, end);
    text.remove_prefix(end);
    return value;
}

bool take_number(std::string_view& text, std::string_view name, std::uint64_t& number) {
    const auto value = take_field(text, name);
    if (!value) {
        return false;
    }
    const char* const end = value->data() + value->size();
    const auto parsed = std::from_chars(value->data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end;
}

}  // namespace

std::string_view role_name(Role role) { return role == Role::leader ? "leader" : "standby"; }

std::string sign_text(const Sign& sign) {
    std::string text(role_name(sign.role));
    text += " term=" + std::to_string(sign.term);
    text += " sequence=" + std::to_string(sign.sequence);
    text += " beat=" + std::to_string(sign.beat);
    text += " digest=" + to_hex(sign.digest);
    text += " writer=";
    for (const char c : sign.writer) {
        text += c >= ' ' && c <= '~' ? c : '-';
    }
    return text;
}

std::optional<Sign> sign_from_text(std::string_view text) {
    Sign sign;
    const auto* const role =
        std::ranges::find_if(roles, [&](Role each) { return text.starts_with(role_name(each)); });
    if (role == roles.end()) {
        return std::nullopt;
    }
    sign.role = *role;
    text.remove_prefix(role_name(*role).size());
    if (!take_number(text, "term", sign.term) || !take_number(text, "sequence", sign.sequence) ||
        !take_number(text, "beat", sign.beat)) {
        return std::nullopt;
    }
    const auto digest = take_field(text, "digest");
    const auto bits = digest ? id128_from_hex(*digest) : std::nullopt;
    constexpr std::string_view writer = " writer=";
    if (!bits || !text.starts_with(writer)) {
        return std::nullopt;
    }
    sign.digest = {.hi = bits->hi, .lo = bits->lo};
    sign.writer = text.substr(writer.size());
    return sign;
}

std::string standby_note(std::string_view writer) {
    std::string name = "fiscus.standby.";
    for (const char c : writer.substr(0, 100)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '.' || c == '_';
        name += letter ? c : '-';
    }
    return name;
}

std::string handover_to(std::string_view writer) {
    return std::string(handover_prefix) + std::string(writer);
}

std::optional<std::string> handed_over_to(std::string_view claimed_by) {
    if (!claimed_by.starts_with(handover_prefix)) {
        return std::nullopt;
    }
    return std::string(claimed_by.substr(handover_prefix.size()));
}

void LeaderWatch::told(const std::optional<Sign>& sign, std::uint64_t term, Clock::Time now) {
    // A zombie's signs are of a lower term, and those of nobody.
    if (sign && sign->term >= term && sign != last_) {
        last_ = sign;
        if (sign->beat > 0) {
            silent_ = std::chrono::milliseconds(0);
        } else {
            silent_ = patience_;
        }
    } else if (told_) {
        const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - *told_);
        silent_ += std::clamp(passed, std::chrono::milliseconds(0), step_max);
    }
    told_ = now;
}

}  // namespace fiscus::runtime

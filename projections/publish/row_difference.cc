#include "projections/publish/row_difference.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "projections/publish/json.h"

namespace fiscus::projections {

namespace {

constexpr std::size_t shown_max = 160;
constexpr std::size_t shown_before = 40;
constexpr std::string_view cut = "…";

struct Field {
    std::string_view name;
    std::string_view value;  // as it is written, text with its quotes
};

// Fields of a flat object as JsonLine writes it: nothing inside another, no blanks.
class FieldScanner {
public:
    explicit FieldScanner(std::string_view row) : rest_(row), broken_(!take('{')) {}

    // The next field; nothing after the last one, or where it is no such object.
    std::optional<Field> next() {
        if (broken_ || (rest_ == "}" && !first_)) {
            return std::nullopt;
        }
        if (!first_ && !take(',')) {
            return fail();
        }
        first_ = false;
        const std::string_view name = text();
        if (name.empty() || !take(':')) {
            return fail();
        }
        const std::string_view value = rest_.starts_with('"') ? text() : word();
        if (value.empty()) {
            return fail();
        }
        return Field{.name = name.substr(1, name.size() - 2), .value = value};
    }
    [[nodiscard]] bool broken() const { return broken_; }

private:
    std::nullopt_t fail() {
        broken_ = true;
        return std::nullopt;
    }
    bool take(char due) {
        if (!rest_.starts_with(due)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    std::string_view taken(std::size_t bytes) {
        const std::string_view front = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return front;
    }
    // With its quotes; empty when there is none.
    std::string_view text() {
        for (std::size_t at = 1; rest_.starts_with('"') && at < rest_.size(); ++at) {
            if (rest_[at] == '"') {
                return taken(at + 1);
            }
            if (rest_[at] == '\\') {
                ++at;
            }
        }
        return {};
    }
    std::string_view word() {
        const std::size_t end = rest_.find_first_of(",}");
        return end == std::string_view::npos ? std::string_view() : taken(end);
    }

    std::string_view rest_;
    bool broken_;
    bool first_ = true;
};

bool inside_a_character(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// The value, or what stands around byte `at` of it.
std::string shown(std::string_view value, std::size_t at) {
    if (value.size() <= shown_max) {
        return printable(value);
    }
    std::size_t begin = at > shown_before ? at - shown_before : 0;
    for (int back = 0; back < 3 && begin > 0 && inside_a_character(value, begin); ++back) {
        --begin;
    }
    std::size_t end = std::min(begin + shown_max, value.size());
    for (int back = 0; back < 3 && inside_a_character(value, end); ++back) {
        --end;
    }
    std::string text(begin > 0 ? cut : "");
    text += printable(value.substr(begin, end - begin));
    return text.append(end < value.size() ? cut : "");
}

std::string value_difference(std::string_view published, std::string_view recomputed) {
    const auto place = std::ranges::mismatch(published, recomputed).in1 - published.begin();
    const auto at = static_cast<std::size_t>(place);
    const std::string theirs = shown(published, at);
    const std::string ours = shown(recomputed, at);
    return "published " + theirs + ", recomputed " + ours +
           (theirs == ours ? ", other bytes from byte " + std::to_string(at) + " on" : "");
}

}  // namespace

std::string row_difference(std::string_view published, std::string_view recomputed) {
    FieldScanner theirs(published);
    FieldScanner ours(recomputed);
    for (;;) {
        const std::optional<Field> there = theirs.next();
        const std::optional<Field> here = ours.next();
        if (theirs.broken()) {
            return "it is no flat JSON object: " + value_difference(published, recomputed);
        }
        if (!there && !here) {
            return "it is written in another way: " + value_difference(published, recomputed);
        }
        if (!there || !here || there->name != here->name) {
            const auto name = [](const std::optional<Field>& field) {
                return field ? "`" + printable(field->name) + "`" : std::string("nothing");
            };
            return "fields: published " + name(there) + ", recomputed " + name(here);
        }
        if (there->value != here->value) {
            return std::string(here->name) + ": " + value_difference(there->value, here->value);
        }
    }
}

}  // namespace fiscus::projections

// The JSON pages of a bundle, in the one form that they may have: fields in a fixed order, two
// spaces for each level, nothing escaped. So a page has exactly one text, and what was read gives
// the same bytes again. One visit() of a page says how it is written and how it is read: the mode
// decides. The form is that of Python's json.dumps(page, indent=2, ensure_ascii=False).
// Thread: one. Fails: reading stops at the first byte that is not as it must be; trouble() names
// line and field. Everything that is visited after that stays as it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/amount.h"
#include "engine/base/strong.h"
#include "engine/draw/digest.h"

namespace fiscus::draw {

struct NumberRange {
    std::uint64_t first = 0;
    std::uint64_t last = UINT64_MAX;
};

class Page {
public:
    // Writes.
    Page() = default;
    // Reads.
    explicit Page(std::string_view text) : rest_(text), reads_(true) {}

    void begin();
    void end();
    void number(std::string_view name, std::uint64_t& value, const NumberRange& range);
    // As text: a number that JavaScript would round.
    void large_number(std::string_view name, std::uint64_t& value, const NumberRange& range);
    void amount(std::string_view name, Amount& value, const NumberRange& range);
    void digest(std::string_view name, Digest& value);
    // UTF-8 of at least one byte without control characters, line separators, `"` and `\`.
    void text(std::string_view name, std::string& value);
    // The same of ASCII, and at most `bytes_max`.
    void ascii(std::string_view name, std::string& value, std::size_t bytes_max);
    // Digits only.
    void digits(std::string_view name, std::string& value, const NumberRange& length);
    // Exactly this text.
    void constant(std::string_view name, std::string_view value);
    void flag(std::string_view name, bool& value);
    // 2026-03-01, years 2000 to 2099.
    void date(std::string_view name, std::int32_t& day);
    // 2026-03-01T10:00:00.000000+08:00, years 2000 to 2099.
    void instant(std::string_view name, std::int64_t& instant_us);
    // 10:00:00.000000 as microseconds.
    void time_of_day(std::string_view name, std::int64_t& time_us);

    template <typename Tag, typename Rep>
    void id(std::string_view name, Strong<Tag, Rep>& value) {
        std::uint64_t number_of_it = value.value();
        number(name, number_of_it, {1, static_cast<Rep>(-1)});
        value = Strong<Tag, Rep>(static_cast<Rep>(number_of_it));
    }
    void small_number(std::string_view name, std::uint32_t& value, const NumberRange& range) {
        std::uint64_t wide = value;
        number(name, wide, range);
        value = static_cast<std::uint32_t>(wide);
    }

    // A list of objects; visit_item(page, item) visits the fields of one.
    template <typename Item, typename VisitItem>
    void list(std::string_view name,
              std::vector<Item>& items,
              std::size_t items_max,
              VisitItem visit_item) {
        begin_list(name);
        for (std::size_t i = 0; another(i < items.size(), i == 0); ++i) {
            if (reads_) {
                if (i == items_max) {
                    fail("a shorter list");
                    return;
                }
                items.emplace_back();
            }
            begin();
            visit_item(*this, items[i]);
            end();
        }
        end_list(items.empty());
    }

    // Of a page that was written, or the line where reading stopped and what should be there.
    [[nodiscard]] const std::string& written() const { return text_; }
    [[nodiscard]] const std::optional<std::string>& trouble() const { return trouble_; }
    // After the last field: whether the text ends here as well.
    void finish();
    // For rules about several fields; only the first trouble is kept.
    void fail(std::string_view expected);

private:
    // Read or write exactly this.
    void literal(std::string_view expected);
    void name(std::string_view name);
    void begin_list(std::string_view name);
    bool another(bool more_to_write, bool first);
    void end_list(bool empty);
    // What stands between quotes, if it is long enough and no longer than `bytes_max`.
    std::string_view quoted(std::size_t bytes_max);
    [[nodiscard]] std::string new_line() const;
    std::uint64_t digits_of_number(const NumberRange& range);

    std::string text_;
    std::string_view rest_;
    bool reads_ = false;
    std::size_t line_ = 1;
    std::size_t depth_ = 0;
    bool comma_due_ = false;
    std::optional<std::string> trouble_;
    std::string field_;
};

// 2026-03-01T10:00:00.000000+08:00 and back; nothing for any other text.
// Nothing in it that a page may not have; may be empty.
bool is_page_text(std::string_view text);
std::string shanghai_text(std::int64_t instant_us);
std::optional<std::int64_t> instant_from_shanghai(std::string_view text);
// Whole decimal digits without a zero before them, in the range.
std::optional<std::uint64_t> number_from(std::string_view text, const NumberRange& range);

}  // namespace fiscus::draw

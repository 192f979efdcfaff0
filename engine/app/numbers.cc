#include "engine/app/numbers.h"

#include <charconv>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace fiscus::app {

CLI::Validator whole_number(std::uint64_t minimum, std::uint64_t maximum) {
    const auto complaint = [minimum, maximum](const std::string& text) -> std::string {
        std::uint64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data(), end, number);
        const bool read = !text.empty() && error == std::errc() && stopped == end;
        if (read && number >= minimum && number <= maximum) {
            return {};
        }
        return maximum == INT64_MAX
                   ? fmt::format("`{}` is no whole number from {} on", text, minimum)
                   : fmt::format("`{}` is no whole number from {} to {}", text, minimum, maximum);
    };
    return CLI::Validator(complaint, "");
}

}  // namespace fiscus::app

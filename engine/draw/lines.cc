#include "engine/draw/lines.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/base/time.h"
#include "engine/draw/limits.h"
#include "engine/draw/page.h"

namespace fiscus::draw {
namespace {

constexpr std::size_t id_columns = 32;

std::optional<Id128> id_from(std::string_view text) {
    const bool right = text.size() == id_columns && std::ranges::all_of(text, [](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                       });
    return right ? id128_from_hex(text) : std::nullopt;
}

// Exactly so many words with one space between them.
template <std::size_t Count>
std::optional<std::array<std::string_view, Count>> words_of(std::string_view line) {
    std::array<std::string_view, Count> words;
    for (std::size_t i = 0; i < Count; ++i) {
        const std::size_t end = i + 1 < Count ? line.find(' ') : line.size();
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        words[i] = line.substr(0, end);
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

std::optional<Ticket> ticket_from(std::string_view line) {
    const auto words = words_of<2>(line);
    const auto ticket = words ? id_from((*words)[0]) : std::nullopt;
    const auto consumer = words ? id_from((*words)[1]) : std::nullopt;
    return ticket && consumer ? std::optional<Ticket>({*ticket, *consumer}) : std::nullopt;
}

std::optional<DayRequest> request_from(std::string_view line) {
    const auto words = words_of<4>(line);
    if (!words) {
        return std::nullopt;
    }
    const auto occurred = instant_from_shanghai((*words)[0]);
    const auto platform = number_from((*words)[1], {1, UINT16_MAX});
    const auto consumer = id_from((*words)[2]);
    const auto wins = number_from((*words)[3], {0, UINT32_MAX});
    if (!occurred || !platform || !consumer || !wins) {
        return std::nullopt;
    }
    return DayRequest{*occurred,
                      {PlatformId(static_cast<std::uint16_t>(*platform)), *consumer},
                      static_cast<std::uint32_t>(*wins)};
}

template <typename Item, typename Parse>
Result<std::vector<Item>> parsed(std::span<const std::string_view> lines,
                                 std::string_view form,
                                 Parse parse) {
    std::vector<Item> items;
    items.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::optional<Item> item = parse(lines[i]);
        if (!item) {
            return Error{ErrorCode::corrupt, fmt::format("line {} of list.txt is no entry", i + 1),
                         fmt::format("a line is `{}`", form),
                         "Get the file again from where it was published."};
        }
        items.push_back(*item);
    }
    return items;
}

Error wrong_request(std::size_t position, std::string_view what) {
    return {ErrorCode::diverged, fmt::format("line {} of list.txt {}", position + 1, what), "",
            "The list was not made by the rules of instant draws, or was edited."};
}

}  // namespace

std::string list_line(const Ticket& ticket) {
    return to_hex(ticket.id) + " " + to_hex(ticket.consumer);
}

std::string list_line(const DayRequest& request) {
    return fmt::format("{} {} {} {}", shanghai_text(request.occurred_us),
                       request.request.platform.value(), to_hex(request.request.consumer),
                       request.wins_before);
}

std::string result_line(std::size_t number,
                        const Place& place,
                        const Ticket& ticket,
                        Amount amount,
                        std::size_t compared_bytes) {
    return fmt::format("{} {} {} {} {}", number,
                       place.tier == 0 ? "reserve" : std::to_string(place.tier), amount.fen(),
                       list_line(ticket), to_hex(place.score).substr(0, 2 * compared_bytes));
}

std::string result_line(std::size_t number, const DayRequest& request, const Decision& decision) {
    return fmt::format("{} {} {} {} {} {} {:016x}", number, request.request.platform.value(),
                       to_hex(request.request.consumer), outcome_word(decision.outcome),
                       decision.tier, decision.amount.fen(), decision.u);
}

std::string receipt_line(std::size_t position,
                         std::string_view line,
                         std::span<const Digest> proof) {
    std::string text = fmt::format("{} {}", position, line);
    for (const Digest& sibling : proof) {
        text += " " + to_hex(sibling);
    }
    return text;
}

Result<std::vector<std::string_view>> lines_of(BundleFile file, std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos || lines.size() == list_lines_max) {
            return Error{ErrorCode::corrupt,
                         fmt::format("{} is not a list of lines", file_name(file)),
                         end == std::string_view::npos
                             ? "its last line has no end"
                             : fmt::format("it has more than {} lines", list_lines_max),
                         "Get the file again from where it was published."};
        }
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return lines;
}

Result<std::vector<Ticket>> tickets_from(std::span<const std::string_view> lines) {
    return parsed<Ticket>(lines, "TICKET CONSUMER", ticket_from);
}

Result<std::vector<DayRequest>> requests_from(std::span<const std::string_view> lines) {
    return parsed<DayRequest>(lines, "TIME PLATFORM CONSUMER WINS", request_from);
}

Status check_requests(std::span<const DayRequest> requests, std::int32_t day) {
    std::vector<std::size_t> order(requests.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
        if (business_day(requests[i].occurred_us) != day) {
            return wrong_request(i, "is not of the sealed day");
        }
    }
    const auto key = [&requests](std::size_t i) {
        return std::pair(requests[i].request.consumer, requests[i].request.platform);
    };
    std::ranges::stable_sort(order, {}, key);
    // The first line that is wrong, whatever is wrong with it.
    std::optional<std::pair<std::size_t, std::string_view>> first;
    const auto note = [&first](std::size_t line, std::string_view what) {
        if (!first || line < first->first) {
            first = {line, what};
        }
    };
    for (std::size_t i = 1; i < order.size(); ++i) {
        const std::size_t line = order[i];
        const std::size_t before = order[i - 1];
        if (key(line) == key(before)) {
            note(line, "gives a consumer a second chance with the same platform");
        } else if (requests[line].request.consumer == requests[before].request.consumer &&
                   requests[line].wins_before != requests[before].wins_before) {
            note(std::max(line, before),
                 "tells other earlier wins of a consumer than a line before");
        }
    }
    if (first) {
        return wrong_request(first->first, first->second);
    }
    return Done{};
}

MerkleTree tree_of(HashKind hash, std::span<const std::string_view> lines) {
    return {hash, leaf_hashes(hash, lines)};
}

Digest result_root(HashKind hash,
                   const PrizePlan& plan,
                   std::span<const Ticket> tickets,
                   std::span<const Place> places) {
    MerkleRoot root(hash);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Place& place = places[i];
        root.add(
            result_line(i + 1, place, tickets[place.ticket], plan.prize(place.tier), score_bytes));
    }
    return root.root();
}

}  // namespace fiscus::draw

#include "engine/draw/succession.h"

#include <fmt/format.h>

namespace fiscus::draw {

Result<std::vector<Prize>> move_up(std::span<const Place> places,
                                   std::span<const std::size_t> lost) {
    std::vector<Prize> prizes;
    for (std::size_t place = 0; place < places.size() && places[place].tier > 0; ++place) {
        prizes.push_back({.tier = places[place].tier, .drawn_by = place, .holder = place});
    }
    std::vector<bool> is_lost(places.size(), false);
    // Of each place, the prize that it holds.
    std::vector<std::optional<std::size_t>> held(places.size());
    for (std::size_t prize = 0; prize < prizes.size(); ++prize) {
        held[prize] = prize;
    }
    std::size_t next = prizes.size();
    for (const std::size_t place : lost) {
        if (place >= places.size() || is_lost[place]) {
            return Error{ErrorCode::diverged,
                         fmt::format("place {} of the result cannot be lost", place + 1),
                         place < places.size() ? "it was lost before" : "there is no such place",
                         "Each place is lost once: name the places of this draw."};
        }
        is_lost[place] = true;
        if (!held[place]) {
            continue;
        }
        while (next < places.size() && is_lost[next]) {
            ++next;
        }
        Prize& prize = prizes[*held[place]];
        prize.holder.reset();
        if (next < places.size()) {
            prize.holder = next;
            held[next] = held[place];
            ++next;
        }
        held[place].reset();
    }
    return prizes;
}

}  // namespace fiscus::draw

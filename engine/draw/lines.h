// The lists of a bundle, one line each, and what they mean.
//   list.txt of a batch: TICKET CONSUMER            ascending by ticket
//   list.txt of a day:   TIME PLATFORM CONSUMER WINS   in the order of the log
//   result.txt of a batch: PLACE TIER AMOUNT TICKET CONSUMER SCORE, TIER of a reserve is `reserve`
//   result.txt of a day: LINE PLATFORM CONSUMER OUTCOME TIER AMOUNT U
//   receipts.txt: POSITION LIST-LINE HASH …         of each place; of each request that won
// Thread: values. Fails: corrupt or diverged, naming the line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/draw/batch_draw.h"
#include "engine/draw/bundle.h"
#include "engine/draw/instant_draw.h"
#include "engine/draw/merkle.h"

namespace fiscus::draw {

// A line of a day's list.
struct DayRequest {
    std::int64_t occurred_us = 0;
    InstantRequest request;
    std::uint32_t wins_before = 0;  // the consumer's in the programme, before this day
};

std::string list_line(const Ticket& ticket);
std::string list_line(const DayRequest& request);
std::string result_line(std::size_t number,
                        const Place& place,
                        const Ticket& ticket,
                        Amount amount,
                        std::size_t compared_bytes);
std::string result_line(std::size_t number, const DayRequest& request, const Decision& decision);
std::string receipt_line(std::size_t position,
                         std::string_view line,
                         std::span<const Digest> proof);

// The lines of a text, without their ends; the views live as long as the text. corrupt when the
// last line has no end, or when there are too many.
Result<std::vector<std::string_view>> lines_of(BundleFile file, std::string_view text);
Result<std::vector<Ticket>> tickets_from(std::span<const std::string_view> lines);
Result<std::vector<DayRequest>> requests_from(std::span<const std::string_view> lines);

// That a day's list may be drawn from: each request in the day, once for consumer and platform, a
// consumer's earlier wins the same on every line. diverged with the line.
Status check_requests(std::span<const DayRequest> requests, std::int32_t day);

MerkleTree tree_of(HashKind hash, std::span<const std::string_view> lines);

// list.txt of tickets or requests.
template <typename Entry>
std::string list_text(const std::vector<Entry>& list) {
    std::string text;
    for (const Entry& entry : list) {
        text += list_line(entry) + "\n";
    }
    return text;
}
// Its count and root, as they are sealed.
template <typename Entry>
SealedList sealed_list(HashKind hash, const std::vector<Entry>& list) {
    MerkleRoot root(hash);
    for (const Entry& entry : list) {
        root.add(list_line(entry));
    }
    return {.root = root.root(), .count = root.count()};
}
// Of the lines of a batch's result.txt; places as rank() gave them for these tickets.
Digest result_root(HashKind hash,
                   const PrizePlan& plan,
                   std::span<const Ticket> tickets,
                   std::span<const Place> places);

}  // namespace fiscus::draw

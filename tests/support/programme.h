// Publishes records the way a programme's sources do: numbers each source's events, gives natural
// keys, lets time pass a second with each event. Programme::open() gives the records of a usual
// beginning.
// Thread: one. Fails: never.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/reference/answer.h"
#include "tests/support/events.h"

namespace fiscus::support {

// Exceptions from what a well-behaved source would send.
struct Unusual {
    std::optional<std::uint64_t> sequence;
    std::optional<std::uint32_t> epoch;
    std::optional<Id128> key;
    std::optional<std::int64_t> occurred_at_us;
    std::optional<std::int64_t> logged_at_us;
};

class Programme {
public:
    static constexpr std::uint16_t authority = 1;

    explicit Programme(std::uint32_t number = 1) : number_(number) {}

    // The next record of a source. The record's offset is its place among those of this object.
    reference::Input publish(std::uint16_t source, const Body& body, const Unusual& unusual = {});

    // Opened; platforms 1 … platforms with sources 2 …; merchants named "merchant 1" …; a deposit
    // from "treasury" and batch 1 as given, funded with `budget_fen`.
    std::vector<reference::Input> open(std::uint16_t platforms = 2,
                                       std::uint32_t merchants = 2,
                                       const BatchOpened& batch = {},
                                       std::int64_t budget_fen = 10'000'000);

    static std::uint16_t source_of(std::uint16_t platform) {
        return static_cast<std::uint16_t>(platform + 1);
    }
    static Id128 merchant(std::uint32_t number) {
        return id_named("merchant " + std::to_string(number));
    }

    void set_now(std::int64_t now_us) { now_us_ = now_us; }
    [[nodiscard]] std::int64_t now_us() const { return now_us_; }
    [[nodiscard]] std::uint32_t number() const { return number_; }
    // The natural key of the record published last.
    [[nodiscard]] Id128 last_key() const { return last_key_; }

private:
    std::uint32_t number_;
    std::int64_t now_us_ = first_morning_us;
    std::int64_t offset_ = 0;
    std::uint64_t keys_ = 0;
    Id128 last_key_;
    std::map<std::uint16_t, std::uint64_t> sequences_;
};

}  // namespace fiscus::support

// The statistics of docs/domain.md §5 a second time: every figure is counted anew from the list of
// all answers up to a cut, with plain sets. Nothing is kept but that list and where the cuts were.
// Thread: one. Fails: never.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/reference/answer.h"

namespace fiscus::reference {

enum class Grouping : std::uint8_t {
    programme,
    batch,
    pack,
    platform,
    prefecture,
    district,
    category,
    industry,
    size_class,
    channel,
    batch_district,
    batch_industry,
    batch_category,
    industry_size_class,
};
inline constexpr int grouping_count = 14;

// Values of the grouping's dimensions; those that it does not have are 0.
using Values = std::pair<std::uint32_t, std::uint32_t>;

// What adds up.
struct Totals {
    Sum issued_count = 0;
    Sum issued_amount = 0;
    Sum redeemed_count = 0;
    Sum redeemed_amount = 0;
    Sum order_amount = 0;
    Sum platform_match = 0;
    Sum merchant_match = 0;
    Sum refunded_count = 0;
    Sum refunded_amount = 0;
    Sum refunded_order_amount = 0;
    Sum invoices_count = 0;
    Sum invoices_amount = 0;
    Sum invoices_verified_count = 0;
    Sum invoices_verified_amount = 0;
    Sum invoices_rejected_count = 0;
    Sum invoices_reversed_count = 0;
    Sum invoices_reversed_amount = 0;
    Sum tickets_reversed_amount = 0;  // of reversed invoices that had been verified
    Sum prizes_awarded_amount = 0;
    Sum prizes_paid_count = 0;
    Sum prizes_paid_amount = 0;
    Sum draws_won_count = 0;
    Sum draws_won_amount = 0;
    Sum draws_lost_count = 0;
    Sum draws_won_today_count = 0;
    Sum draws_cap_reached_count = 0;
    Sum draws_stock_out_count = 0;
    friend bool operator==(const Totals&, const Totals&) = default;
};

struct Measures {
    Totals day;      // of the day, or of all days of a range
    Totals to_date;  // of all days up to the last one
    std::uint64_t consumers_asked = 0;
    std::uint64_t consumers_received = 0;
    std::uint64_t consumers_redeeming = 0;
    std::uint64_t consumers_redeeming_net = 0;
    std::uint64_t merchants_redeeming = 0;
    std::uint64_t merchants_redeeming_net = 0;
    std::uint64_t consumers_submitting = 0;
    std::uint64_t merchants_invoicing = 0;
    std::uint64_t consumers_drawing = 0;

    // Rounded half up to four decimals; empty when nothing is below the line.
    [[nodiscard]] std::string redemption_rate_count() const;
    [[nodiscard]] std::string redemption_rate_amount() const;
    [[nodiscard]] std::string redemption_rate_day_count() const;
    [[nodiscard]] std::string redemption_rate_day_amount() const;
    [[nodiscard]] std::string leverage_ratio() const;
    [[nodiscard]] std::string leverage_ratio_gross() const;
    [[nodiscard]] std::string prize_leverage_ratio() const;
    [[nodiscard]] std::string draw_win_rate() const;
    [[nodiscard]] std::string draw_win_rate_to_date() const;

    friend bool operator==(const Measures&, const Measures&) = default;
};
using Cells = std::map<Values, Measures>;

// What became of the prizes of one tier: how many, and their amount.
struct Prizes {
    Sum count = 0;
    Sum fen = 0;
    friend bool operator==(const Prizes&, const Prizes&) = default;
};
struct TierPrizes {
    Prizes awarded, cancelled, moved_up, paid, failed, demanded, recovered;
    friend bool operator==(const TierPrizes&, const TierPrizes&) = default;
};
using Tier = std::pair<std::uint32_t, std::uint64_t>;  // batch, tier

// Requests for an instant draw through one platform in one hour, by what came out.
struct Draws {
    Sum asked = 0;
    Sum won = 0;
    Sum won_fen = 0;
    Sum lost = 0;
    Sum won_today = 0;
    Sum cap_reached = 0;
    Sum stock_out = 0;
    friend bool operator==(const Draws&, const Draws&) = default;
};
using Hour = std::pair<std::uint16_t, int>;  // platform, hour of the day

struct Revision {
    std::uint64_t as_of = 0;
    bool final = false;
    std::vector<std::uint64_t> late;  // ledger sequences that came since the cut before
};

// What one revision of the summary of a batch that ended says.
struct Summary {
    std::uint64_t as_of = 0;
    std::int32_t last_day = 0;  // that is in it
    bool final = false;
    std::int32_t ended_on = 0;
    std::string ended_by;
    Measures all;  // over all days, those before the programme's first too
    std::map<std::uint32_t, Measures> districts;
    std::map<std::string, Sum> flows;  // by name, without those of 0
};

class Statistics {
public:
    // Answers in the order of the ledger, each with the value of its record.
    void add(const Answer& answer, const std::string& value);

    // Revisions 1, 2 … of a day; empty before its first cut.
    [[nodiscard]] const std::vector<Revision>& revisions(std::uint32_t programme,
                                                         std::int32_t day) const;
    // Every day that was cut.
    [[nodiscard]] std::vector<std::int32_t> days(std::uint32_t programme) const;
    [[nodiscard]] std::int32_t first_day(std::uint32_t programme) const;

    // Figures of the days first … last as known after the entry `as_of`. Days before the
    // programme's first are in the figures to date only. A cell that nothing ever happened in is
    // not there.
    [[nodiscard]] Cells cells(std::uint32_t programme,
                              std::int32_t first,
                              std::int32_t last,
                              Grouping grouping,
                              std::uint64_t as_of) const;
    // Revisions 1, 2 … of every batch of the programme that has one.
    [[nodiscard]] std::map<std::uint32_t, std::vector<Summary>> summaries(
        std::uint32_t programme) const;
    // By tier of the prize batches, of the days first … last as known after the entry `as_of`; what
    // came before the programme's first day counts on the day before it.
    [[nodiscard]] std::map<Tier, TierPrizes> prizes(std::uint32_t programme,
                                                    std::int32_t first,
                                                    std::int32_t last,
                                                    std::uint64_t as_of) const;
    // By platform and hour in which they occurred, of one day as known after the entry `as_of`.
    [[nodiscard]] std::map<Hour, Draws> draws(std::uint32_t programme,
                                              std::int32_t day,
                                              std::uint64_t as_of) const;
    // One cell of one revision of a day.
    [[nodiscard]] Measures cell(std::uint32_t programme,
                                std::int32_t day,
                                Grouping grouping,
                                const Values& values,
                                std::size_t revision) const;

private:
    struct Reported {
        std::int32_t first_day = 0;
        std::uint16_t cut_minute = 0;
        bool closed = false;
        std::map<Tier, std::int64_t> prize_fen;
        std::map<std::int32_t, std::vector<Revision>> revisions;
        std::map<std::int32_t, std::vector<std::uint64_t>> late;
        std::vector<Answer> answers;  // of the kinds that count

        // A cut at which some day got a revision, and the last day that it takes.
        struct Cut {
            std::uint64_t as_of = 0;
            std::int32_t last_day = 0;
            bool closed = false;
        };
        std::vector<Cut> cuts;
        struct End {
            std::uint64_t sequence = 0;
            std::int32_t day = 0;
            std::string how;
        };
        // Of each batch that was opened, by what was accepted about it.
        std::map<std::uint32_t, std::vector<End>> ends;
        struct Move {
            std::uint64_t sequence = 0;
            std::int32_t day = 0;
            std::uint32_t batch = 0;
            std::string flow;
            std::int64_t fen = 0;
        };
        std::vector<Move> moves;
    };

    static Cells count(const Reported& reported,
                       std::int32_t first,
                       std::int32_t last,
                       Grouping grouping,
                       std::uint64_t as_of);
    // What ends batches and moves their money.
    static void note_batches(Reported& reported, const Answer& answer, const wire::Event& event);
    static Summary summary(const Reported& reported,
                           std::uint32_t batch,
                           const Reported::End& end,
                           const Reported::Cut& cut);
    static void cut(Reported& programme, std::int64_t now_us, std::uint64_t as_of);

    std::map<std::uint32_t, Reported> programmes_;
};

}  // namespace fiscus::reference

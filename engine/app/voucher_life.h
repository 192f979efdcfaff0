// Picks the entries of one voucher while the journal goes by: its claim, redemptions, refunds and
// void, refused tries included, and the release of its cohort, which names no voucher. Knows which
// postings of an order with several vouchers are this one's.
// Thread: one. Fails: never; what an entry does not say is left open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/app/journal_json.h"
#include "engine/app/journal_walk.h"
#include "engine/base/ids.h"
#include "schemas/events_generated.h"

namespace fiscus::app {

struct LifeStep {
    EntryPlace place;
    wire::Entry entry;
    std::vector<wire::Posting> postings;
    // Of a release: only the posting of the voucher's cohort is kept above.
    bool release = false;
    // Of an order with several vouchers: the posting that moves this voucher's money.
    std::optional<std::size_t> own_posting;
};

class VoucherLife {
public:
    explicit VoucherLife(Id128 voucher) : voucher_(voucher) {}

    // The step that this entry is in the voucher's life, if it is one.
    std::optional<LifeStep> take(std::int32_t partition, const WalkedEntry& walked);
    // What the claim gave; 0 before it.
    [[nodiscard]] std::int64_t face_fen() const { return face_fen_; }

private:
    struct Cohort {
        std::uint32_t programme = 0;
        std::uint32_t batch = 0;
        std::uint64_t last_day = 0;
    };

    bool concerns(const WalkedEntry& walked);
    bool is_in_order(const WalkedEntry& walked);
    void follow(const wire::Entry& entry, const std::vector<wire::Posting>& postings);
    [[nodiscard]] bool is_of_cohort(const wire::Account& account) const;
    [[nodiscard]] std::optional<wire::Posting> release_in(const WalkedEntry& walked) const;
    [[nodiscard]] std::optional<std::size_t> own_posting(
        const std::vector<wire::Posting>& postings) const;

    Id128 voucher_;
    std::vector<std::pair<std::uint32_t, Id128>> redemptions_;
    std::optional<Cohort> cohort_;
    std::int64_t face_fen_ = 0;
    bool outstanding_ = false;
    // Where the voucher stands in the list of its last order.
    std::size_t place_in_order_ = 0;
};

}  // namespace fiscus::app

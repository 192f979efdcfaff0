// The statistics once more, without any cleverness: all entries are kept, and every figure is
// counted anew from them with std::set and plain sums. For the property test of the fold.
// Thread: one. Fails: never.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "tests/unit/projections/journal_maker.h"

namespace fiscus::projections {

// Figures of every cell of one revision.
using NaiveFigures = std::map<CellKey, Figures>;

struct NaiveRevision {
    NaiveFigures figures;
    bool final = false;
    std::uint64_t late = 0;  // entries that came since the cut before
};

class NaiveStatistics {
public:
    explicit NaiveStatistics(std::int32_t first_day)
        : first_day_(first_day), last_cut_(first_day - 1) {}

    void add(const EntryFields& entry) {
        entries_.push_back(entry);
        if (entry.kind == wire::EventBody::InvoiceVerified) {
            verified_.insert(entry.subject);
        }
        const bool accepted = entry.outcome == wire::Outcome::accepted;
        const bool asked = entry.outcome == wire::Outcome::refused && asks(entry);
        if ((accepted || asked) && entry.day >= first_day_ && entry.day <= last_cut_) {
            ++late_[entry.day];
        }
        closed_ = closed_ || (accepted && entry.kind == wire::EventBody::ProgrammeClosed);
    }

    // Cuts every day up to `last`, and again those that entries came to; after the close all.
    void cut(std::int32_t last) {
        for (std::int32_t day = first_day_; day <= last_cut_; ++day) {
            if (late_.contains(day) || (closed_ && !revisions_.at(day).back().final)) {
                report(day);
            }
        }
        late_.clear();
        for (; last_cut_ < last; ++last_cut_) {
            report(last_cut_ + 1);
        }
    }

    // Revisions 1, 2 … of each day that was cut.
    [[nodiscard]] const std::map<std::int32_t, std::vector<NaiveRevision>>& revisions() const {
        return revisions_;
    }

    // As known now.
    [[nodiscard]] NaiveFigures figures(std::int32_t first, std::int32_t last) const {
        NaiveFigures result;
        std::map<CellKey, Sets> sets;
        std::map<std::int32_t, std::map<CellKey, Redemptions>> redemptions;
        for (const EntryFields& entry : entries_) {
            const bool of_days = entry.day >= first && entry.day <= last && entry.day >= first_day_;
            const bool counted = entry.day <= last && is_counted(entry);
            for (const CellKey& key : keys_of(entry)) {
                if (counted) {
                    add_sums(entry, result[key].to_date);
                }
                if (of_days && counted) {
                    add_sums(entry, result[key].day);
                    add_consumers(entry, sets[key]);
                }
                note_redemption(entry, redemptions, key);
            }
        }
        for (auto& [key, all] : sets) {
            for (auto& [day, cells] : redemptions) {
                if (day >= first && day <= last) {
                    unite_net(cells[key], all);
                }
            }
            result[key].distinct = all.counts();
        }
        result[{}];
        return result;
    }

private:
    struct Sets {
        std::set<std::uint32_t> asked, received, consumers, merchants, net_consumers, net_merchants;
        std::set<std::uint32_t> submitters, sellers, requesters;

        [[nodiscard]] DistinctCounts counts() const {
            return {asked.size(),         received.size(),  consumers.size(),
                    net_consumers.size(), merchants.size(), net_merchants.size(),
                    submitters.size(),    sellers.size(),   requesters.size()};
        }
    };
    // Redemptions less full refunds, by consumer and by merchant.
    struct Redemptions {
        std::map<std::uint32_t, int> consumers, merchants;
    };

    static bool asks(const EntryFields& entry) {
        return (entry.kind == wire::EventBody::VoucherClaimed ||
                entry.kind == wire::EventBody::DrawRequested) &&
               entry.consumer != 0;
    }
    static bool wins(const EntryFields& entry) {
        return entry.kind == wire::EventBody::DrawRequested &&
               entry.vouchers == static_cast<std::uint8_t>(wire::DrawOutcome::won);
    }

    static bool is_counted(const EntryFields& entry) {
        using Kind = wire::EventBody;
        if (entry.outcome == wire::Outcome::accepted) {
            return entry.kind == Kind::VoucherClaimed || entry.kind == Kind::VoucherRedeemed ||
                   entry.kind == Kind::RedemptionRefunded || entry.kind == Kind::InvoiceSubmitted ||
                   entry.kind == Kind::InvoiceVerified || entry.kind == Kind::InvoiceRejected ||
                   entry.kind == Kind::InvoiceReversed || entry.kind == Kind::DrawExecuted ||
                   entry.kind == Kind::PrizePaid || entry.kind == Kind::DrawRequested;
        }
        return entry.outcome == wire::Outcome::refused && asks(entry);
    }

    static std::vector<CellKey> keys_of(const EntryFields& e) {
        // A draw belongs to its batch alone.
        if (e.kind == wire::EventBody::DrawExecuted) {
            EntryFields draw;
            draw.batch = e.batch;
            return keys_of(draw);
        }
        const std::uint32_t prefecture = e.district / 100;
        return {{Grouping::programme},
                {Grouping::batch, e.batch},
                {Grouping::pack, e.batch, e.pack},
                {Grouping::platform, e.platform},
                {Grouping::prefecture, prefecture},
                {Grouping::district, e.district},
                {Grouping::category, e.category},
                {Grouping::industry, e.industry},
                {Grouping::size_class, e.size_class},
                {Grouping::channel, e.channel},
                {Grouping::batch_district, e.batch, e.district},
                {Grouping::batch_industry, e.batch, e.industry},
                {Grouping::batch_category, e.batch, e.category},
                {Grouping::industry_size_class, e.industry, e.size_class}};
    }

    void add_sums(const EntryFields& e, Sums& sums) const {
        const auto add = [&sums](Sum sum, std::int64_t amount) { sums[index(sum)] += amount; };
        if (e.outcome != wire::Outcome::accepted) {
            return;
        }
        if (e.kind == wire::EventBody::DrawRequested) {
            constexpr Sum of_outcome[] = {Sum::draws_lost_count,        Sum::draws_lost_count,
                                          Sum::draws_won_count,         Sum::draws_won_today_count,
                                          Sum::draws_cap_reached_count, Sum::draws_stock_out_count};
            add(of_outcome[e.vouchers], 1);
            add(Sum::draws_won_amount, e.amount_fen);
        }
        if (e.kind == wire::EventBody::VoucherClaimed || wins(e)) {
            add(Sum::issued_count, 1);
            add(Sum::issued_amount, e.amount_fen);
        } else if (e.kind == wire::EventBody::VoucherRedeemed) {
            add(Sum::redeemed_count, 1);
            add(Sum::redeemed_amount, e.amount_fen);
            add(Sum::order_amount, e.order_amount_fen);
            add(Sum::platform_match, e.platform_match_fen);
            add(Sum::merchant_match, e.merchant_match_fen);
        } else if (e.kind == wire::EventBody::RedemptionRefunded) {
            add(Sum::refunded_count, 1);
            add(Sum::refunded_amount, e.amount_fen);
            add(Sum::refunded_order_amount, e.order_amount_fen);
        } else if (e.kind == wire::EventBody::InvoiceSubmitted) {
            add(Sum::invoices_count, 1);
            add(Sum::invoices_amount, e.order_amount_fen);
        } else if (e.kind == wire::EventBody::InvoiceVerified) {
            add(Sum::invoices_verified_count, 1);
            add(Sum::invoices_verified_amount, e.order_amount_fen);
        } else if (e.kind == wire::EventBody::InvoiceRejected) {
            add(Sum::invoices_rejected_count, 1);
        } else if (e.kind == wire::EventBody::InvoiceReversed) {
            add(Sum::invoices_reversed_count, 1);
            add(Sum::invoices_reversed_amount, e.order_amount_fen);
            add(Sum::tickets_reversed_amount,
                verified_.contains(e.subject) ? e.order_amount_fen : 0);
        } else if (e.kind == wire::EventBody::DrawExecuted) {
            add(Sum::prizes_awarded_amount, e.amount_fen);
        } else if (e.kind == wire::EventBody::PrizePaid) {
            add(Sum::prizes_paid_count, 1);
            add(Sum::prizes_paid_amount, e.amount_fen);
        }
    }

    static void add_consumers(const EntryFields& e, Sets& sets) {
        const bool accepted = e.outcome == wire::Outcome::accepted;
        if (accepted && e.kind == wire::EventBody::DrawRequested) {
            sets.requesters.insert(e.consumer);
        }
        if (asks(e)) {
            sets.asked.insert(e.consumer);
            if (accepted && (e.kind == wire::EventBody::VoucherClaimed || wins(e))) {
                sets.received.insert(e.consumer);
            }
        } else if (e.kind == wire::EventBody::VoucherRedeemed) {
            sets.consumers.insert(e.consumer);
            sets.merchants.insert(e.merchant);
        } else if (e.kind == wire::EventBody::InvoiceSubmitted) {
            sets.submitters.insert(e.consumer);
            sets.sellers.insert(e.merchant);
        }
    }

    static void note_redemption(const EntryFields& e,
                                std::map<std::int32_t, std::map<CellKey, Redemptions>>& redemptions,
                                const CellKey& key) {
        if (e.outcome != wire::Outcome::accepted) {
            return;
        }
        if (e.kind == wire::EventBody::VoucherRedeemed) {
            Redemptions& cell = redemptions[e.day][key];
            ++cell.consumers[e.consumer];
            ++cell.merchants[e.merchant];
        } else if (e.kind == wire::EventBody::RedemptionRefunded &&
                   (e.flags & full_refund_flag) != 0) {
            Redemptions& cell = redemptions[e.origin_day][key];
            --cell.consumers[e.consumer];
            --cell.merchants[e.merchant];
        }
    }

    static void unite_net(const Redemptions& cell, Sets& sets) {
        for (const auto& [consumer, count] : cell.consumers) {
            if (count > 0) {
                sets.net_consumers.insert(consumer);
            }
        }
        for (const auto& [merchant, count] : cell.merchants) {
            if (count > 0) {
                sets.net_merchants.insert(merchant);
            }
        }
    }

    void report(std::int32_t day) {
        const auto late = late_.find(day);
        revisions_[day].push_back({.figures = figures(day, day),
                                   .final = closed_,
                                   .late = late == late_.end() ? 0 : late->second});
    }

    std::int32_t first_day_;
    std::int32_t last_cut_;
    std::vector<EntryFields> entries_;
    std::set<Id128> verified_;  // nothing is verified after its reversal
    bool closed_ = false;
    std::map<std::int32_t, std::uint64_t> late_;
    std::map<std::int32_t, std::vector<NaiveRevision>> revisions_;
};

}  // namespace fiscus::projections

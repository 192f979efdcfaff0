#include "engine/app/voucher_life.h"

#include <algorithm>
#include <cstring>

#include <flatbuffers/flatbuffers.h>

namespace fiscus::app {
namespace {

using Kind = wire::EventBody;

Id128 id_of(const wire::Id128& id) { return {.hi = id.hi(), .lo = id.lo()}; }

bool is_outstanding(const wire::Account& account) {
    return account.kind() == static_cast<std::uint8_t>(wire::AccountKind::outstanding);
}

}  // namespace

std::optional<LifeStep> VoucherLife::take(std::int32_t partition, const WalkedEntry& walked) {
    LifeStep step{{partition, walked.block_offset, walked.term}, *walked.entry, {}, false, {}};
    if (const auto released = release_in(walked)) {
        step.release = true;
        step.postings.push_back(*released);
        outstanding_ = false;
        return step;
    }
    if (!concerns(walked)) {
        return std::nullopt;
    }
    step.postings.assign(walked.postings.begin(), walked.postings.end());
    follow(step.entry, step.postings);
    if (step.entry.vouchers() > 1) {
        step.own_posting = own_posting(step.postings);
    }
    return step;
}

bool VoucherLife::concerns(const WalkedEntry& walked) {
    const wire::Entry& entry = *walked.entry;
    const Id128 subject = id_of(entry.subject());
    const auto kind = static_cast<Kind>(entry.kind());
    if (kind == Kind::VoucherClaimed) {
        return id_of(entry.key()) == voucher_;
    }
    if (kind == Kind::VoucherVoided) {
        return subject == voucher_;
    }
    if (kind == Kind::RedemptionRefunded) {
        return std::ranges::find(redemptions_, std::pair(entry.programme(), subject)) !=
               redemptions_.end();
    }
    if (kind != Kind::VoucherRedeemed || (!is_in_order(walked) && subject != voucher_)) {
        return false;
    }
    redemptions_.emplace_back(entry.programme(), id_of(entry.key()));
    return true;
}

// A stacked order's exact event is kept with its entry.
bool VoucherLife::is_in_order(const WalkedEntry& walked) {
    if (walked.detail.empty()) {
        return false;
    }
    // The journal gives no promise about alignment, a FlatBuffer wants 8 bytes.
    std::vector<std::uint64_t> words((walked.detail.size() + 7) / 8);
    std::memcpy(words.data(), walked.detail.data(), walked.detail.size());
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(words.data());
    flatbuffers::Verifier verifier(bytes, walked.detail.size());
    if (!verifier.VerifyBuffer<wire::Event>(wire::EventIdentifier())) {
        return false;
    }
    const auto* const redeemed = wire::GetEvent(bytes)->body_as_VoucherRedeemed();
    if (redeemed == nullptr || redeemed->vouchers() == nullptr) {
        return false;
    }
    for (flatbuffers::uoffset_t index = 0; index < redeemed->vouchers()->size(); ++index) {
        if (id_of(*redeemed->vouchers()->Get(index)) == voucher_) {
            place_in_order_ = index;
            return true;
        }
    }
    return false;
}

void VoucherLife::follow(const wire::Entry& entry, const std::vector<wire::Posting>& postings) {
    if (entry.outcome() != static_cast<std::uint8_t>(wire::Outcome::accepted)) {
        return;
    }
    const auto kind = static_cast<Kind>(entry.kind());
    if (kind == Kind::VoucherClaimed) {
        for (const wire::Posting& posting : postings) {
            const wire::Account& account = posting.credit();
            if (is_outstanding(account)) {
                cohort_ = Cohort{account.programme(), account.batch(), account.key()};
                face_fen_ = posting.amount_fen();
                outstanding_ = true;
            }
        }
    } else if (kind == Kind::RedemptionRefunded) {
        outstanding_ = std::ranges::any_of(postings, [this](const wire::Posting& posting) {
            return is_of_cohort(posting.credit());
        });
    } else {
        outstanding_ = false;
    }
}

bool VoucherLife::is_of_cohort(const wire::Account& account) const {
    return cohort_ && is_outstanding(account) && account.programme() == cohort_->programme &&
           account.batch() == cohort_->batch && account.key() == cohort_->last_day;
}

// A cohort is all vouchers of a batch with the same last day: they expire together.
std::optional<wire::Posting> VoucherLife::release_in(const WalkedEntry& walked) const {
    const auto kind = static_cast<Kind>(walked.entry->kind());
    if (!outstanding_ || (kind != Kind::ClockAdvanced && kind != Kind::BatchClosed)) {
        return std::nullopt;
    }
    for (const wire::Posting& posting : walked.postings) {
        if (is_of_cohort(posting.debit())) {
            return posting;
        }
    }
    return std::nullopt;
}

// Every voucher of an order has its posting, in the order of the list; a posting that does not fit
// is not guessed at.
std::optional<std::size_t> VoucherLife::own_posting(
    const std::vector<wire::Posting>& postings) const {
    const auto fits = [this](const wire::Posting& posting) {
        return posting.amount_fen() == face_fen_ &&
               (is_of_cohort(posting.debit()) || is_of_cohort(posting.credit()));
    };
    if (place_in_order_ < postings.size() && fits(postings[place_in_order_])) {
        return place_in_order_;
    }
    if (std::ranges::count_if(postings, fits) == 1) {
        return static_cast<std::size_t>(std::ranges::find_if(postings, fits) - postings.begin());
    }
    return std::nullopt;
}

}  // namespace fiscus::app

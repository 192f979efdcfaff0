#include "bench/end_to_end/journal_claims.h"

#include <algorithm>
#include <span>
#include <vector>

#include "bench/end_to_end/journal_walk.h"
#include "schemas/events_generated.h"

namespace fiscus::bench {
namespace {

class Count {
public:
    void add(const wire::Entry& entry, std::span<const wire::Posting> postings) {
        const std::size_t consumer = entry.consumer_ordinal();
        if (consumer >= vouchers_of_.size()) {
            vouchers_of_.resize(consumer + 1);
        }
        for (const wire::Posting& posting : postings) {
            const bool issues = kind(posting.debit()) == wire::AccountKind::budget &&
                                kind(posting.credit()) == wire::AccountKind::outstanding;
            claims_.posted_fen += issues ? posting.amount_fen() : 0;
        }
        if (entry.outcome() == static_cast<std::uint8_t>(wire::Outcome::accepted)) {
            ++claims_.vouchers;
            claims_.most_of_one_consumer =
                std::max<std::uint64_t>(claims_.most_of_one_consumer, ++vouchers_of_[consumer]);
        }
    }

    // Ordinals are 1, 2, 3 …
    [[nodiscard]] JournalClaims end() const {
        JournalClaims claims = claims_;
        claims.consumers = vouchers_of_.empty() ? 0 : vouchers_of_.size() - 1;
        return claims;
    }

private:
    static wire::AccountKind kind(const wire::Account& account) {
        return static_cast<wire::AccountKind>(account.kind());
    }

    JournalClaims claims_;
    std::vector<std::uint32_t> vouchers_of_;
};

}  // namespace

Result<JournalClaims> read_claims(log::Log& log) {
    Count count;
    const auto add = [&count](const wire::Entry& entry, std::span<const wire::Posting> postings) {
        if (entry.kind() == static_cast<std::uint8_t>(wire::EventBody::VoucherClaimed)) {
            count.add(entry, postings);
        }
    };
    FISCUS_TRY(walk_journal(log, add));
    return count.end();
}

}  // namespace fiscus::bench

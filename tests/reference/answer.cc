#include "tests/reference/answer.h"

#include <cstdio>
#include <sstream>

namespace fiscus::reference {
namespace {

Account account_of(const wire::Account& account) {
    return {.kind = static_cast<wire::AccountKind>(account.kind()),
            .programme = account.programme(),
            .batch = account.batch(),
            .key = account.key()};
}

Id id_of(const wire::Id128& id) { return {.hi = id.hi(), .lo = id.lo()}; }

// Names the fields of one answer in the order of the schema; differences() walks two at once.
template <typename Visit>
void visit_fields(const Answer& a, const Answer& b, Visit visit) {
    visit("outcome", static_cast<std::int64_t>(a.outcome), static_cast<std::int64_t>(b.outcome));
    visit("reason", static_cast<std::int64_t>(a.reason), static_cast<std::int64_t>(b.reason));
    visit("kind", static_cast<std::int64_t>(a.kind), static_cast<std::int64_t>(b.kind));
    visit("sequence", a.sequence, b.sequence);
    visit("input_offset", a.input_offset, b.input_offset);
    visit("logged_at_us", a.logged_at_us, b.logged_at_us);
    visit("occurred_at_us", a.occurred_at_us, b.occurred_at_us);
    visit("key.hi", a.key.hi, b.key.hi);
    visit("key.lo", a.key.lo, b.key.lo);
    visit("subject.hi", a.subject.hi, b.subject.hi);
    visit("subject.lo", a.subject.lo, b.subject.lo);
    visit("content_hash", a.content_hash, b.content_hash);
    visit("source_sequence", a.source_sequence, b.source_sequence);
    visit("gap_from", a.gap_from, b.gap_from);
    visit("amount_fen", a.amount_fen, b.amount_fen);
    visit("order_amount_fen", a.order_amount_fen, b.order_amount_fen);
    visit("platform_match_fen", a.platform_match_fen, b.platform_match_fen);
    visit("merchant_match_fen", a.merchant_match_fen, b.merchant_match_fen);
    visit("difference_fen", a.difference_fen, b.difference_fen);
    visit("programme", a.programme, b.programme);
    visit("epoch", a.epoch, b.epoch);
    visit("batch", a.batch, b.batch);
    visit("district", a.district, b.district);
    visit("consumer_ordinal", a.consumer_ordinal, b.consumer_ordinal);
    visit("merchant_ordinal", a.merchant_ordinal, b.merchant_ordinal);
    visit("business_day", a.business_day, b.business_day);
    visit("origin_day", a.origin_day, b.origin_day);
    visit("source", a.source, b.source);
    visit("platform", a.platform, b.platform);
    visit("pack", a.pack, b.pack);
    visit("denomination", a.denomination, b.denomination);
    visit("industry", a.industry, b.industry);
    visit("category", a.category, b.category);
    visit("size_class", a.size_class, b.size_class);
    visit("limit_class", a.limit_class, b.limit_class);
    visit("channel", a.channel, b.channel);
    visit("vouchers", a.vouchers, b.vouchers);
    visit("flags", a.flags, b.flags);
}

}  // namespace

Answer answer_of(const wire::Entry& entry, const wire::Posting* postings) {
    Answer a;
    a.sequence = entry.sequence();
    a.input_offset = entry.input_offset();
    a.logged_at_us = entry.logged_at_us();
    a.occurred_at_us = entry.occurred_at_us();
    a.key = id_of(entry.key());
    a.subject = id_of(entry.subject());
    a.content_hash = entry.content_hash();
    a.source_sequence = entry.source_sequence();
    a.gap_from = entry.gap_from();
    a.amount_fen = entry.amount_fen();
    a.order_amount_fen = entry.order_amount_fen();
    a.platform_match_fen = entry.platform_match_fen();
    a.merchant_match_fen = entry.merchant_match_fen();
    a.difference_fen = entry.difference_fen();
    a.programme = entry.programme();
    a.epoch = entry.epoch();
    a.batch = entry.batch();
    a.district = entry.district();
    a.consumer_ordinal = entry.consumer_ordinal();
    a.merchant_ordinal = entry.merchant_ordinal();
    a.business_day = entry.business_day();
    a.origin_day = entry.origin_day();
    a.source = entry.source();
    a.platform = entry.platform();
    a.pack = entry.pack();
    a.denomination = entry.denomination();
    a.industry = entry.industry();
    a.category = entry.category();
    a.reason = static_cast<wire::Reason>(entry.reason());
    a.kind = static_cast<wire::EventBody>(entry.kind());
    a.outcome = static_cast<wire::Outcome>(entry.outcome());
    a.size_class = entry.size_class();
    a.limit_class = entry.limit_class();
    a.channel = entry.channel();
    a.vouchers = entry.vouchers();
    a.flags = entry.flags();
    for (std::uint16_t i = 0; i < entry.postings(); ++i) {
        a.postings.push_back({.debit = account_of(postings[i].debit()),
                              .credit = account_of(postings[i].credit()),
                              .amount_fen = postings[i].amount_fen()});
    }
    return a;
}

std::string differences(const Answer& first, const Answer& second) {
    std::ostringstream out;
    visit_fields(first, second, [&out](const char* name, auto a, auto b) {
        if (a != b) {
            out << "  " << name << ": " << +a << " ≠ " << +b << '\n';
        }
    });
    if (first.postings != second.postings) {
        out << "  postings:\n";
        for (const Posting& posting : first.postings) {
            out << "    first  " << text(posting) << '\n';
        }
        for (const Posting& posting : second.postings) {
            out << "    second " << text(posting) << '\n';
        }
    }
    return out.str();
}

std::string text(const Id& id) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%016llx%016llx", static_cast<unsigned long long>(id.hi),
                  static_cast<unsigned long long>(id.lo));
    return buffer;
}

std::string money_text(Sum fen) {
    const bool negative = fen < 0;
    Sum rest = negative ? -fen : fen;
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
        rest /= 10;
    } while (rest > 0 || digits.size() < 3);
    digits.insert(digits.size() - 2, ".");
    return (negative ? "-" : "") + digits;
}

std::string text(const Account& account) {
    std::ostringstream out;
    out << "programme " << account.programme << ' ' << wire::EnumNameAccountKind(account.kind);
    if (account.batch != 0) {
        out << " batch " << account.batch;
    }
    if (account.key != 0) {
        out << " key " << account.key;
    }
    return out.str();
}

std::string text(const Posting& posting) {
    return text(posting.debit) + " → " + text(posting.credit) + ": " +
           money_text(posting.amount_fen);
}

std::string text(const Answer& answer) {
    std::ostringstream out;
    out << '#' << answer.sequence << ' ' << wire::EnumNameEventBody(answer.kind) << ' '
        << wire::EnumNameOutcome(answer.outcome);
    if (answer.reason != wire::Reason::none) {
        out << ' ' << wire::EnumNameReason(answer.reason);
    }
    out << " source " << answer.source << " epoch " << answer.epoch << " number "
        << answer.source_sequence << " key " << text(answer.key);
    for (const Posting& posting : answer.postings) {
        out << "\n    " << text(posting);
    }
    return out.str();
}

}  // namespace fiscus::reference

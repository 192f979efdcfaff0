#include "projections/statistics/facts.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "projections/entry.h"
#include "projections/store/codec.h"
#include "projections/store/store.h"

namespace fiscus::projections {

namespace {

// A mark, the dimensions, two ordinals, the amounts: each at most as long as its type allows.
constexpr std::size_t fact_bytes_max = 1 + 9 * 5 + kind_amounts_max * varint_bytes_max;
// What is looked at to read a fact, however damaged: all numbers as long as one may be, and a word.
constexpr std::size_t bytes_to_look_at =
    (1 + 9 + kind_amounts_max) * varint_bytes_max + sizeof(std::uint64_t);

constexpr unsigned own_day_bit = 4;
constexpr unsigned removes_bit = 8;
// The kind takes the two lowest bits and those above the others.
constexpr unsigned low_kinds = 4;
constexpr unsigned high_kind_place = 16;

// The batch stands in the key, and the prefecture follows from the district.
constexpr std::array stored_dimensions = {
    Dimension::pack,     Dimension::platform,   Dimension::district, Dimension::category,
    Dimension::industry, Dimension::size_class, Dimension::channel};

void set_prefecture(Fact& fact) {
    fact.values[static_cast<std::size_t>(Dimension::prefecture)] =
        fact.value(Dimension::district) / 100;
}

FactKind fact_kind(const wire::Entry& entry) {
    switch (kind_of(entry)) {
        case wire::EventBody::VoucherRedeemed: return FactKind::redemption;
        case wire::EventBody::RedemptionRefunded: return FactKind::refund;
        case wire::EventBody::InvoiceSubmitted: return FactKind::submission;
        case wire::EventBody::InvoiceVerified: return FactKind::verification;
        case wire::EventBody::InvoiceRejected: return FactKind::rejection;
        case wire::EventBody::InvoiceReversed: return FactKind::reversal;
        case wire::EventBody::DrawExecuted: return FactKind::draw;
        case wire::EventBody::PrizePaid: return FactKind::payout;
        case wire::EventBody::DrawRequested:
            return is_win(entry) ? FactKind::claim : FactKind::refused_claim;
        default:
            return outcome_of(entry) == wire::Outcome::accepted ? FactKind::claim
                                                                : FactKind::refused_claim;
    }
}

char* encode(char* to, const Fact& fact) {
    const auto kind = static_cast<unsigned>(fact.kind);
    *to++ =
        static_cast<char>(kind % low_kinds | kind / low_kinds * high_kind_place |
                          (fact.own_day ? own_day_bit : 0U) | (fact.removes ? removes_bit : 0U));
    for (const Dimension dimension : stored_dimensions) {
        to = put_varint(to, fact.value(dimension));
    }
    to = put_varint(to, fact.consumer);
    to = put_varint(to, fact.merchant);
    if (fact.own_day) {
        const std::size_t count = sums_of(fact.kind).count;
        for (std::size_t at = 0; at < count; ++at) {
            to = put_varint(to, static_cast<std::uint64_t>(fact.amounts[at]));
        }
    }
    return to;
}

// As Reader, with bytes_to_look_at before the end: it takes a number's bytes all at once, without a
// look at the end nor a branch for each of them.
class FastReader {
public:
    explicit FastReader(const char* at) : at_(at) {}

    std::uint64_t varint() {
        std::uint64_t word = 0;
        std::memcpy(&word, at_, sizeof(word));
        if ((word & 0x80) == 0) {
            ++at_;
            return word & 0x7f;
        }
        const std::uint64_t ends = ~word & 0x8080808080808080;
        if (ends == 0) [[unlikely]] {
            return long_varint();
        }
        const auto last_bit = static_cast<unsigned>(std::countr_zero(ends));
        at_ += last_bit / 8 + 1;
        // Seven bits of each byte move together: in pairs, in fours, in eights.
        word &= ((std::uint64_t{2} << last_bit) - 1) & 0x7f7f7f7f7f7f7f7f;
        word = (word & 0x7f007f007f007f00) >> 1 | (word & 0x007f007f007f007f);
        word = (word & 0x3fff00003fff0000) >> 2 | (word & 0x00003fff00003fff);
        return (word & 0x0fffffff00000000) >> 4 | (word & 0x000000000fffffff);
    }
    std::uint32_t varint32() {
        const std::uint64_t value = varint();
        ok_ = ok_ && value <= UINT32_MAX;
        return static_cast<std::uint32_t>(value);
    }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] const char* at() const { return at_; }

private:
    std::uint64_t long_varint() {
        Reader reader({at_, varint_bytes_max});
        const std::uint64_t value = reader.varint();
        ok_ = ok_ && reader.ok();
        at_ += varint_bytes_max - reader.left();
        return value;
    }

    const char* at_;
    bool ok_ = true;
};

template <typename From>
bool decode(From& reader, std::uint32_t batch, Fact& fact) {
    const std::uint64_t mark = reader.varint();
    const std::uint64_t kind = mark % low_kinds + mark / high_kind_place * low_kinds;
    if (kind >= fact_kind_count) {
        return false;
    }
    fact.kind = static_cast<FactKind>(kind);
    fact.own_day = (mark & own_day_bit) != 0;
    fact.removes = (mark & removes_bit) != 0;
    for (const Dimension dimension : stored_dimensions) {
        fact.values[static_cast<std::size_t>(dimension)] = reader.varint32();
    }
    set_prefecture(fact);
    fact.values[static_cast<std::size_t>(Dimension::batch)] = batch;
    fact.consumer = reader.varint32();
    fact.merchant = reader.varint32();
    if (fact.own_day) {
        const std::size_t count = sums_of(fact.kind).count;
        for (std::size_t at = 0; at < count; ++at) {
            fact.amounts[at] = static_cast<std::int64_t>(reader.varint());
        }
    }
    return reader.ok();
}

}  // namespace

Fact fact_of(const wire::Entry& entry, bool own_day, bool origin_day) {
    Fact fact{.kind = fact_kind(entry),
              .own_day = own_day,
              .removes = origin_day,
              .consumer = entry.consumer_ordinal(),
              .merchant = entry.merchant_ordinal()};
    const auto set = [&fact](Dimension dimension, std::uint32_t value) {
        fact.values[static_cast<std::size_t>(dimension)] = value;
    };
    set(Dimension::batch, entry.batch());
    // A draw is the batch's own; who ordered it says nothing of the invoices.
    if (fact.kind == FactKind::draw) {
        fact.amounts = amounts_of(entry, draw_sums);
        return fact;
    }
    set(Dimension::pack, entry.pack());
    set(Dimension::platform, entry.platform());
    set(Dimension::district, entry.district());
    set(Dimension::category, entry.category());
    set(Dimension::industry, entry.industry());
    set(Dimension::size_class, entry.size_class());
    set(Dimension::channel, entry.channel());
    set_prefecture(fact);
    if (own_day) {
        fact.amounts = amounts_of(entry, sums_of(fact.kind));
    }
    return fact;
}

Fact request_of(const wire::Entry& entry) {
    Fact fact = fact_of(entry, true, false);
    fact.kind = FactKind::request;
    fact.amounts = amounts_of(entry, request_sums);
    return fact;
}

std::size_t append_fact(std::string& to, const Fact& fact) {
    char bytes[fact_bytes_max];
    const auto size = static_cast<std::size_t>(encode(bytes, fact) - bytes);
    to.append(bytes, size);
    return size;
}

Status read_facts(std::string_view bytes, std::uint32_t batch, std::vector<Fact>& facts) {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    bool ok = true;
    while (ok && static_cast<std::size_t>(end - at) >= bytes_to_look_at) {
        FastReader reader(at);
        ok = decode(reader, batch, facts.emplace_back());
        at = reader.at();
    }
    Reader rest({at, static_cast<std::size_t>(end - at)});
    while (ok && rest.left() > 0) {
        ok = decode(rest, batch, facts.emplace_back());
    }
    return ok ? Status(Done{}) : damaged_state("facts of a day");
}

}  // namespace fiscus::projections

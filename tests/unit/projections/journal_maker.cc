#include "tests/unit/projections/journal_maker.h"

#include <algorithm>

#include "engine/base/hash.h"

namespace fiscus::projections {

namespace {

wire::Id128 wire_id(const Id128& id) { return {id.hi, id.lo}; }

wire::EventBody kind_of(const support::Body& body) {
    return static_cast<wire::EventBody>(body.index());
}

}  // namespace

std::uint64_t JournalMaker::add(const EntryFields& f,
                                const std::vector<wire::Posting>& postings,
                                std::string_view detail) {
    auto number = std::ranges::find(numbers_, f.source, &decltype(numbers_)::value_type::first);
    if (number == numbers_.end()) {
        number = numbers_.insert(numbers_.end(), {f.source, 0});
    }
    const std::uint64_t source_sequence =
        f.source_sequence != 0 ? f.source_sequence : number->second + 1;
    number->second = std::max(number->second, source_sequence);
    const std::uint64_t sequence = next_sequence_++;
    const std::int64_t logged_at =
        support::first_morning_us + static_cast<std::int64_t>(sequence) * 1'000;
    const Id128 key = f.key.none() ? Id128{.hi = 7, .lo = sequence} : f.key;
    const bool quarantined = f.outcome == wire::Outcome::quarantined;
    const std::int64_t occurred_at =
        quarantined ? 0 : start_of_day_us(f.day) + f.hour * 60 * us_per_minute;
    entries_.entries.emplace_back(
        sequence, static_cast<std::int64_t>(sequence) + 50, logged_at, occurred_at,
        wire_id(quarantined ? Id128{} : key), wire_id(f.subject), 0x1234'5678'9abc'def0ULL,
        quarantined ? 0 : source_sequence, f.gap_from, f.amount_fen, f.order_amount_fen,
        f.platform_match_fen, f.merchant_match_fen, f.difference_fen, quarantined ? 0 : f.programme,
        quarantined ? 0 : f.epoch, f.batch, f.district, f.consumer, f.merchant,
        quarantined ? 0 : f.day, f.origin_day, quarantined ? std::uint16_t{0} : f.source,
        f.platform, f.pack, f.denomination, f.industry, f.category,
        static_cast<std::uint16_t>(f.reason), static_cast<std::uint16_t>(postings.size()),
        static_cast<std::uint8_t>(f.kind), static_cast<std::uint8_t>(f.outcome), f.size_class,
        std::uint8_t{0}, f.channel, f.vouchers, f.flags, std::uint8_t{0});
    entries_.postings.insert(entries_.postings.end(), postings.begin(), postings.end());
    if (!detail.empty()) {
        const Bytes bytes = as_byte_span(detail);
        entries_.details.push_back(
            {.entry = static_cast<std::uint32_t>(entries_.entries.size() - 1),
             .bytes = {bytes.begin(), bytes.end()}});
    }
    return sequence;
}

std::uint64_t JournalMaker::decide(std::int32_t day,
                                   const support::Body& body,
                                   const std::vector<wire::Posting>& postings,
                                   std::uint32_t programme) {
    support::Envelope envelope;
    envelope.programme = programme;
    EntryFields fields;
    fields.programme = programme;
    fields.source = 1;
    fields.day = day;
    fields.kind = kind_of(body);
    return add(fields, postings, support::event_bytes(envelope, body));
}

void JournalMaker::open(const support::ProgrammeOpened& programme, std::uint32_t number) {
    decide(programme.first_day, programme, {}, number);
    for (const std::uint16_t platform : {std::uint16_t{1}, std::uint16_t{2}}) {
        decide(programme.first_day,
               support::PlatformAdmitted{.platform = platform,
                                         .name = "平台" + std::to_string(platform)},
               {}, number);
        decide(programme.first_day,
               support::SourceRegistered{.source = static_cast<std::uint16_t>(platform + 1),
                                         .platform = platform},
               {}, number);
    }
    decide(programme.first_day, support::BatchOpened{}, {}, number);
}

std::uint64_t JournalMaker::clock(std::int32_t day, int minute, std::uint32_t programme) {
    const std::int64_t now = start_of_day_us(day) + minute * us_per_minute;
    return decide(day, support::ClockAdvanced{.now_us = now}, {}, programme);
}

std::uint64_t JournalMaker::close_source_day(std::int32_t day,
                                             std::int32_t of_day,
                                             std::vector<support::ControlTotal> totals,
                                             std::uint16_t platform) {
    const support::Body body = support::SourceDayClosed{.day = of_day, .totals = std::move(totals)};
    EntryFields fields;
    fields.source = static_cast<std::uint16_t>(platform + 1);
    fields.platform = platform;
    fields.day = day;
    fields.origin_day = of_day;
    fields.kind = wire::EventBody::SourceDayClosed;
    return add(fields, {}, support::event_bytes({}, body));
}

EntryFields JournalMaker::claim(std::int32_t day, std::uint32_t consumer) {
    EntryFields f;
    f.day = day;
    f.kind = wire::EventBody::VoucherClaimed;
    f.amount_fen = 3'000;
    f.batch = 1;
    f.pack = 1;
    f.platform = 1;
    f.district = 420102;
    f.consumer = consumer;
    return f;
}

EntryFields JournalMaker::redemption(std::int32_t day,
                                     std::uint32_t consumer,
                                     std::uint32_t merchant) {
    EntryFields f = claim(day, consumer);
    f.kind = wire::EventBody::VoucherRedeemed;
    f.merchant = merchant;
    f.order_amount_fen = 12'000;
    f.platform_match_fen = 500;
    f.merchant_match_fen = 300;
    f.industry = 6210;
    f.category = 1;
    f.size_class = 3;
    f.channel = 2;
    f.vouchers = 1;
    return f;
}

EntryFields JournalMaker::full_refund(std::int32_t day, const EntryFields& redemption) {
    EntryFields f = redemption;
    f.kind = wire::EventBody::RedemptionRefunded;
    f.origin_day = redemption.day;
    f.day = day;
    f.platform_match_fen = 0;
    f.merchant_match_fen = 0;
    f.flags = full_refund_flag;
    f.key = {};
    return f;
}

std::uint64_t JournalMaker::open_prize_batch(std::int32_t day, std::uint32_t batch) {
    return decide(day, support::PrizeBatchOpened{
                           .batch = batch,
                           .name = "第" + std::to_string(batch) + "期抽奖",
                           .tiers = {{.tier = 1, .count = 2, .amount_fen = first_prize},
                                     {.tier = 2, .count = 3, .amount_fen = second_prize}}});
}

EntryFields JournalMaker::submission(std::int32_t day,
                                     std::uint64_t invoice,
                                     std::uint32_t consumer,
                                     std::uint32_t merchant) {
    EntryFields f;
    f.kind = wire::EventBody::InvoiceSubmitted;
    f.day = day;
    f.subject = {.hi = 9, .lo = invoice};
    f.batch = prize_batch;
    f.platform = 1;
    f.consumer = consumer;
    f.merchant = merchant;
    f.district = 420102;
    f.order_amount_fen = 20'000;
    f.industry = 6210;
    f.category = 1;
    f.size_class = 3;
    f.channel = 2;
    return f;
}

EntryFields JournalMaker::after(const EntryFields& submission,
                                wire::EventBody kind,
                                std::int32_t day) {
    EntryFields f = submission;
    f.kind = kind;
    f.origin_day = submission.day;
    f.day = day;
    f.key = {};
    return f;
}

EntryFields JournalMaker::of_prize(const EntryFields& submission,
                                   wire::EventBody kind,
                                   std::int32_t day,
                                   std::uint16_t tier) {
    EntryFields f = after(submission, kind, day);
    f.denomination = tier;
    f.amount_fen = tier == 1 ? first_prize : second_prize;
    return f;
}

EntryFields JournalMaker::draw(std::int32_t day, std::int64_t awarded_fen, std::uint32_t batch) {
    EntryFields f;
    f.kind = wire::EventBody::DrawExecuted;
    f.day = day;
    f.batch = batch;
    f.platform = 1;
    f.amount_fen = awarded_fen;
    return f;
}

std::uint64_t JournalMaker::open_instant_draw(std::int32_t day, std::uint32_t programme) {
    return decide(day, support::InstantDrawOpened{.days = 10}, {}, programme);
}

EntryFields JournalMaker::request(std::int32_t day,
                                  std::uint32_t consumer,
                                  wire::DrawOutcome outcome) {
    EntryFields f;
    f.kind = wire::EventBody::DrawRequested;
    f.day = day;
    f.batch = 1;
    f.platform = 1;
    f.district = 420102;
    f.consumer = consumer;
    f.vouchers = static_cast<std::uint8_t>(outcome);
    if (outcome == wire::DrawOutcome::won) {
        f.amount_fen = 3'000;
        f.pack = 1;
        f.denomination = 1;
        f.category = 1;
        f.channel = 2;
    }
    return f;
}

EntryFields JournalMaker::refused(EntryFields fields, wire::Reason reason) {
    fields.outcome = wire::Outcome::refused;
    fields.reason = reason;
    fields.amount_fen = 0;
    return fields;
}

journal::Entries JournalMaker::take() {
    journal::Entries taken;
    std::swap(taken, entries_);
    return taken;
}

wire::Account account(wire::AccountKind kind,
                      std::uint32_t batch,
                      std::uint64_t key,
                      std::uint32_t programme) {
    return {key, programme, batch, static_cast<std::uint8_t>(kind), 0, 0, 0};
}

wire::Posting posting(const wire::Account& debit, const wire::Account& credit, std::int64_t fen) {
    return {debit, credit, fen};
}

Bytes BlockChain::encode(const journal::Entries& entries) {
    const Bytes bytes = encoder_.encode({.kind = wire::BlockKind::entries,
                                         .partition = 0,
                                         .term = 0,
                                         .first_sequence = next_sequence_,
                                         .state_digest = {},
                                         .previous = previous_,
                                         .writer = {}},
                                        entries);
    next_sequence_ += entries.entries.size();
    previous_ = sha256(bytes);
    return bytes;
}

}  // namespace fiscus::projections

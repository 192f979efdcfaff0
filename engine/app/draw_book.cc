#include "engine/app/draw_book.h"

#include <utility>

#include <fmt/format.h>

#include "engine/app/journal_book.h"
#include "engine/app/journal_event.h"
#include "engine/draw/algorithm.h"

namespace fiscus::app {
namespace {

using wire::EventBody;

draw::BatchRules rules_of(const wire::Event& event, const wire::PrizeBatchOpened& opened) {
    draw::BatchRules rules;
    const auto algorithm = draw::algorithm_from_id(text_of(opened.algorithm()));
    rules.hash = algorithm ? algorithm->hash : draw::HashKind::sha256;
    rules.batch = {.programme = ProgrammeId(event.programme()), .batch = BatchId(opened.batch())};
    rules.title = text_of(opened.name());
    for (const wire::PrizeTier* tier : *opened.tiers()) {
        rules.plan.tiers.push_back({.count = tier->count(), .amount = Amount(tier->amount_fen())});
    }
    rules.plan.reserves = opened.reserves();
    rules.commitment = digest_of(opened.commitment());
    rules.digits_source = text_of(opened.digits_source());
    rules.digits_at_us = opened.digits_at_us();
    rules.public_value_source = text_of(opened.public_value_source());
    rules.public_value_at_us = opened.public_value_at_us();
    return rules;
}

}  // namespace

void DrawBook::list_tickets(const Following& following, DrawnBatch& batch) {
    for (const auto& [ticket, submission] : following.tickets) {
        batch.draw.tickets.push_back({.id = ticket, .consumer = submission.consumer});
        batch.facts.push_back(submission.facts);
    }
}

Status DrawBook::take(const WalkedEntry& walked) {
    const wire::Entry& entry = *walked.entry;
    Following& following = following_[entry.programme()];
    following.log_time.take(entry);
    if (entry.outcome() != static_cast<std::uint8_t>(wire::Outcome::accepted) ||
        entry.batch() != batch_.value()) {
        return Done{};
    }
    if (entry.kind() == static_cast<std::uint8_t>(EventBody::PrizeBatchOpened)) {
        FISCUS_ASSIGN(const KeptEvent event, KeptEvent::of(walked));
        draws_[entry.programme()].draw.rules = rules_of(*event, *event->body_as_PrizeBatchOpened());
        return Done{};
    }
    const auto at = draws_.find(entry.programme());
    return at == draws_.end() ? Status(Done{}) : take_accepted(walked, at->second, following);
}

Status DrawBook::take_accepted(const WalkedEntry& walked, DrawnBatch& batch, Following& following) {
    const wire::Entry& entry = *walked.entry;
    const Id128 invoice = id_of(entry.subject());
    switch (static_cast<EventBody>(entry.kind())) {
        case EventBody::InvoiceSubmitted: {
            FISCUS_ASSIGN(const KeptEvent event, KeptEvent::of(walked));
            const auto& submitted = *event->body_as_InvoiceSubmitted();
            following.submitted[invoice] = {.consumer = id_of(*submitted.consumer()),
                                            .facts = {.platform = PlatformId(entry.platform()),
                                                      .district = entry.district(),
                                                      .submitted_at_us = entry.occurred_at_us(),
                                                      .amount = Amount(submitted.amount_fen())}};
            break;
        }
        case EventBody::InvoiceVerified: {
            const auto at = following.submitted.find(invoice);
            if (at == following.submitted.end()) {
                return broken_entry(entry, "verifies an invoice that was not submitted");
            }
            following.tickets[invoice] = at->second;
            break;
        }
        case EventBody::InvoiceReversed: following.tickets.erase(invoice); break;
        case EventBody::DrawSealed:
            batch.stage = DrawStage::sealed;
            list_tickets(following, batch);
            batch.draw.sealed_at_us = following.log_time.us();
            break;
        case EventBody::DrawSeedPublished: {
            FISCUS_ASSIGN(const KeptEvent event, KeptEvent::of(walked));
            const auto& opened = *event->body_as_DrawSeedPublished();
            batch.stage = DrawStage::seeded;
            batch.draw.opened_at_us = following.log_time.us();
            batch.draw.entropy = {.secret = digest_of(opened.secret()),
                                  .digits = text_of(opened.digits()),
                                  .public_value = text_of(opened.public_value())};
            break;
        }
        case EventBody::DrawExecuted: batch.stage = DrawStage::executed; break;
        case EventBody::DrawAborted: {
            FISCUS_ASSIGN(const KeptEvent event, KeptEvent::of(walked));
            batch.stage = DrawStage::aborted;
            batch.why_aborted = text_of(event->body_as_DrawAborted()->why());
            break;
        }
        default: break;
    }
    return Done{};
}

std::map<std::uint32_t, DrawnBatch> DrawBook::finish() {
    for (auto& [programme, batch] : draws_) {
        if (batch.draw.sealed_at_us == 0) {
            list_tickets(following_[programme], batch);
        }
    }
    return std::move(draws_);
}

Result<DrawnBatch> read_draw(log::Log& log, BatchId batch, std::optional<ProgrammeId> programme) {
    return read_book<DrawBook>(
        log, batch, programme,
        {.unknown = fmt::format("the journal knows no prize batch {}", batch.value()),
         .check = "Check the number",
         .several = fmt::format("have a prize batch {}", batch.value())});
}

}  // namespace fiscus::app

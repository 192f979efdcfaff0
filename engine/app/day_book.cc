#include "engine/app/day_book.h"

#include <utility>

#include <fmt/format.h>

#include "engine/app/journal_book.h"
#include "engine/app/journal_event.h"
#include "engine/base/time.h"
#include "engine/draw/algorithm.h"

namespace fiscus::app {

using wire::EventBody;

Status DayBook::take(const WalkedEntry& walked) {
    const wire::Entry& entry = *walked.entry;
    Programme& programme = programmes_[entry.programme()];
    programme.log_time.take(entry);
    return entry.outcome() == static_cast<std::uint8_t>(wire::Outcome::accepted)
               ? take_accepted(walked, programme)
               : Status(Done{});
}

Status DayBook::take_accepted(const WalkedEntry& walked, Programme& programme) {
    const wire::Entry& entry = *walked.entry;
    switch (static_cast<EventBody>(entry.kind())) {
        case EventBody::BatchOpened: {
            FISCUS_ASSIGN(const KeptEvent event, KeptEvent::of(walked));
            take_batch(*event->body_as_BatchOpened(), programme);
            break;
        }
        case EventBody::InstantDrawOpened: {
            FISCUS_ASSIGN(const KeptEvent event, KeptEvent::of(walked));
            return take_rules(walked, *event->body_as_InstantDrawOpened(), programme);
        }
        case EventBody::PublicValuePublished: {
            FISCUS_ASSIGN(const KeptEvent event, KeptEvent::of(walked));
            const auto& published = *event->body_as_PublicValuePublished();
            if (published.day() == day_ - 1) {
                programme.value = text_of(published.value());
            }
            break;
        }
        case EventBody::DrawRequested: take_request(entry, programme); break;
        case EventBody::DayKeyOpened: {
            FISCUS_ASSIGN(const KeptEvent event, KeptEvent::of(walked));
            const auto& opened = *event->body_as_DayKeyOpened();
            if (opened.day() == day_ && programme.day) {
                programme.day->closed = true;
                programme.day->draw.key = digest_of(opened.key());
                programme.day->draw.sealed_at_us = programme.log_time.us();
                programme.day->draw.opened_at_us = programme.log_time.us();
            }
            break;
        }
        default: break;
    }
    return Done{};
}

void DayBook::take_batch(const wire::BatchOpened& opened, Programme& programme) {
    Faces& faces = programme.batches[opened.batch()];
    for (const wire::Pack* pack : *opened.packs()) {
        faces.packs[pack->pack()] = text_of(pack->name());
    }
    for (const wire::Denomination* denomination : *opened.denominations()) {
        faces.denominations[denomination->denomination()] = denomination->face_fen();
    }
}

Status DayBook::take_rules(const WalkedEntry& walked,
                           const wire::InstantDrawOpened& opened,
                           Programme& programme) const {
    if (day_ < opened.first_day() || day_ - opened.first_day() >= opened.days()) {
        return Done{};
    }
    const auto faces = programme.batches.find(opened.batch());
    if (faces == programme.batches.end()) {
        return broken_entry(*walked.entry, "draws the vouchers of a batch that was not opened");
    }
    draw::DayRules rules;
    const auto algorithm = draw::algorithm_from_id(text_of(opened.algorithm()));
    rules.hash = algorithm ? algorithm->hash : draw::HashKind::sha256;
    rules.programme = ProgrammeId(walked.entry->programme());
    rules.title = text_of(opened.name());
    rules.first_day = opened.first_day();
    rules.days = opened.days();
    rules.chain_head = digest_of(opened.chain_head());
    rules.public_value_source = text_of(opened.public_value_source());
    rules.wins_max = opened.wins_max();
    for (const wire::InstantTier* line : *opened.tiers()) {
        draw::InstantTier tier;
        tier.pack = faces->second.packs[line->pack()];
        tier.chance = line->chance();
        tier.moves_on = line->moves_on();
        for (const wire::InstantAmount* amount : *line->amounts()) {
            tier.amounts.push_back(
                {.amount = Amount(faces->second.denominations[amount->denomination()]),
                 .weight = amount->weight()});
        }
        if (line->releases() != nullptr) {
            for (const wire::InstantRelease* release : *line->releases()) {
                tier.releases.push_back({.at_us = release->at_us(), .count = release->count()});
            }
        }
        rules.tiers.push_back(std::move(tier));
    }
    programme.day.emplace();
    programme.day->draw.rules = std::move(rules);
    programme.day->draw.day = day_;
    return Done{};
}

void DayBook::take_request(const wire::Entry& entry, Programme& programme) const {
    const Id128 consumer = id_of(entry.subject());
    if (entry.business_day() == day_ && programme.day) {
        programme.day->draw.requests.push_back(
            {.occurred_us = entry.occurred_at_us(),
             .request = {.platform = PlatformId(entry.platform()), .consumer = consumer}});
        programme.day->districts.push_back(entry.district());
    } else if (entry.business_day() < day_ &&
               entry.vouchers() == static_cast<std::uint8_t>(wire::DrawOutcome::won)) {
        ++programme.wins[consumer];
    }
}

std::map<std::uint32_t, DrawnDay> DayBook::finish() {
    std::map<std::uint32_t, DrawnDay> days;
    for (auto& [number, programme] : programmes_) {
        if (!programme.day) {
            continue;
        }
        programme.day->draw.public_value = programme.value;
        for (draw::DayRequest& request : programme.day->draw.requests) {
            const auto wins = programme.wins.find(request.request.consumer);
            request.wins_before = wins == programme.wins.end() ? 0 : wins->second;
        }
        days.emplace(number, *std::move(programme.day));
    }
    return days;
}

Result<DrawnDay> read_day(log::Log& log, std::int32_t day, std::optional<ProgrammeId> programme) {
    return read_book<DayBook>(
        log, day, programme,
        {.unknown = fmt::format("the journal knows no instant draw on {}", date_text(day)),
         .check = "Check the day",
         .several = fmt::format("draw on {}", date_text(day))});
}

}  // namespace fiscus::app

// Verbs of invoices, draws and prizes. What a careful publisher works out by itself (commitment,
// count, root, prize) is taken from the oracle where the sentence does not state it.
#include "tests/reference/draw.h"
#include "tests/scenario/verbs.h"

namespace fiscus::scenario {
namespace {

constexpr std::uint32_t usual_batch = 3;

const std::map<std::string, wire::InvoiceFault, std::less<>> faults = {
    {"unknown", wire::InvoiceFault::unknown},
    {"not_found", wire::InvoiceFault::not_found},
    {"details_differ", wire::InvoiceFault::details_differ},
    {"reversed_before", wire::InvoiceFault::reversed_before},
    {"made_out_to_firm", wire::InvoiceFault::made_out_to_firm},
    {"goods_not_eligible", wire::InvoiceFault::goods_not_eligible},
    {"unreadable", wire::InvoiceFault::unreadable},
    {"beyond", static_cast<wire::InvoiceFault>(7)}};

// 32 bytes that belong to a name.
std::string secret_named(const std::string& name) {
    const Id128 first = support::id_named(name);
    const Id128 second = support::id_named(name + " again");
    std::string bytes;
    for (const std::uint64_t word : {first.hi, first.lo, second.hi, second.lo}) {
        for (unsigned shift = 64; shift > 0; shift -= 8) {
            bytes += static_cast<char>(word >> (shift - 8) & 0xffU);
        }
    }
    return bytes;
}

// Null when the programme has no such batch.
const reference::PrizeBatch* find_batch(const Scene& scene, std::uint32_t number) {
    const reference::Programme* programme = scene.oracle().programme(scene.programme);
    if (programme == nullptr || programme->prize_batches.count(number) == 0) {
        return nullptr;
    }
    return &programme->prize_batches.at(number);
}

// An invoice by its name, or by the place that it has: place 2, place 1 of batch 4.
support::MaybeId invoice(Words& w, const Scene& scene) {
    if (!w.accept("place")) {
        return w.maybe_id();
    }
    const auto place = w.number<std::size_t>("place");
    std::uint32_t number = usual_batch;
    if (w.accept("of")) {
        w.expect("batch");
        number = w.number<std::uint32_t>("batch");
    }
    const reference::PrizeBatch* batch = find_batch(scene, number);
    if (batch == nullptr || place < 1 || place > batch->places.size()) {
        throw ScenarioError("the draw has no place " + std::to_string(place));
    }
    const reference::Id& id = batch->places[place - 1].invoice;
    return Id128{.hi = id.hi, .lo = id.lo};
}

// The prize that an invoice has a claim to, or what anybody would try.
std::int64_t prize_of(const support::MaybeId& id, const Scene& scene) {
    const reference::Programme* programme = scene.oracle().programme(scene.programme);
    if (programme == nullptr || !id) {
        return 1;
    }
    for (const auto& [number, batch] : programme->prize_batches) {
        for (const reference::Place& place : batch.places) {
            if (place.invoice == reference::Id{id->hi, id->lo} && place.tier != 0) {
                return batch.tier(place.tier).amount_fen;
            }
        }
    }
    return 1;
}

void read_tier(Words& w, support::PrizeBatchOpened& e) {
    support::PrizeTier tier;
    tier.tier = w.number<std::uint16_t>("tier");
    w.each({{"count", [&] { tier.count = w.number<std::uint32_t>("prizes"); }},
            {"prize", [&] { tier.amount_fen = w.amount(); }}});
    e.tiers.push_back(tier);
}

Deed publishes(Words& w, const Scene&) {
    if (w.accept("value")) {
        return publishes_value(w);
    }
    w.expect("seed");
    w.expect("of");
    w.expect("batch");
    support::DrawSeedPublished e{.batch = w.number<std::uint32_t>("batch"),
                                 .secret = secret_named("secret")};
    w.each({{"secret", [&] { e.secret = secret_named(w.take("name of a secret")); }},
            {"secret_bytes", [&] { e.secret = w.maybe_bytes(); }},
            {"digits", [&] { e.digits = w.text(); }},
            {"public_value", [&] { e.public_value = w.text(); }}});
    return {e, {}};
}

Deed seals(Words& w, const Scene& scene) {
    w.expect("batch");
    support::DrawSealed e{.batch = w.number<std::uint32_t>("batch")};
    std::vector<reference::Ticket> tickets;
    auto kind = reference::HashKind::sha256;
    if (const reference::PrizeBatch* batch = find_batch(scene, e.batch); batch != nullptr) {
        tickets = scene.oracle().programme(scene.programme)->tickets(e.batch);
        kind = batch->rules.kind;
    }
    e.count = tickets.size();
    e.root = reference::root_of(kind, reference::list_lines(tickets));
    w.each({{"count", [&] { e.count = w.number<std::uint64_t>("count"); }},
            {"root", [&] { e.root = w.maybe_bytes(); }}});
    return {e, {}};
}

std::string right_result(const Scene& scene, std::uint32_t number) {
    const reference::PrizeBatch* batch = find_batch(scene, number);
    if (batch == nullptr) {
        throw ScenarioError("there is no prize batch " + std::to_string(number));
    }
    return reference::root_of(batch->rules.kind, reference::result_lines(reference::draw(
                                                     batch->rules, batch->sealed, batch->entropy)));
}

std::uint32_t draw_of_batch(Words& w) {
    w.expect("draw");
    w.expect("of");
    w.expect("batch");
    return w.number<std::uint32_t>("batch");
}

Deed executes(Words& w, const Scene& scene) {
    support::DrawExecuted e{.batch = draw_of_batch(w)};
    if (w.accept("result")) {
        e.result_root = w.accept("right") ? right_result(scene, e.batch) : w.maybe_bytes();
    }
    return {e, {}};
}

Deed aborts(Words& w, const Scene&) {
    return {support::DrawAborted{.batch = draw_of_batch(w)}, {}};
}

Deed submits(Words& w, const Scene&) {
    support::InvoiceSubmitted e{.invoice = w.maybe_id(), .batch = usual_batch};
    w.each({{"for", [&] { e.consumer = w.maybe_id(); }},
            {"at", [&] { e.merchant = w.maybe_id(); }},
            {"batch", [&] { e.batch = w.number<std::uint32_t>("batch"); }},
            {"issued", [&] { e.issue_day = w.day(); }},
            {"amount", [&] { e.amount_fen = w.amount(); }}});
    return {e, {}};
}

Deed rejects(Words& w, const Scene& scene) {
    support::InvoiceRejected e{.invoice = invoice(w, scene)};
    if (w.accept("as")) {
        e.fault = w.one_of(faults);
    }
    return {e, {}};
}

// verifies I, reverses I, forfeits I
template <typename InvoiceEvent>
Deed invoice_deed(Words& w, const Scene& scene) {
    return {InvoiceEvent{.invoice = invoice(w, scene)}, {}};
}

Deed fails(Words& w, const Scene& scene) {
    w.expect("to");
    w.expect("pay");
    return invoice_deed<support::PrizePayoutFailed>(w, scene);
}

// pays prize I, recovers prize I
template <typename MoneyEvent>
Deed prize_deed(Words& w, const Scene& scene) {
    MoneyEvent e{.invoice = invoice(w, scene)};
    e.amount_fen = prize_of(e.invoice, scene);
    if (w.accept("amount")) {
        e.amount_fen = w.amount();
    }
    return {e, {}};
}

}  // namespace

Deed opens_prize_batch(Words& w, const Scene& scene) {
    w.expect("batch");
    support::PrizeBatchOpened e;
    e.batch = w.number<std::uint32_t>("batch");
    e.tiers.clear();
    std::string secret = "secret";
    bool stated = false;
    w.each(
        {{"name", [&] { e.name = w.text(); }},
         {"draw_platform", [&] { e.draw_platform = w.number<std::uint16_t>("platform"); }},
         {"submits_from", [&] { e.submit_from_us = w.instant(); }},
         {"submits_until", [&] { e.submit_until_us = w.instant(); }},
         {"issued_from", [&] { e.issue_first_day = w.day(); }},
         {"issued_until", [&] { e.issue_last_day = w.day(); }},
         {"amount_min", [&] { e.amount_min_fen = w.amount(); }},
         {"categories", [&] { e.categories = numbers<std::uint16_t>(w, "category"); }},
         {"repeated_categories", [&] { e.categories.assign(w.number<std::size_t>("count"), 1); }},
         {"cap_per_day", [&] { e.cap_per_consumer_day = w.number<std::uint8_t>("cap"); }},
         {"cap", [&] { e.cap_per_consumer = w.number<std::uint32_t>("cap"); }},
         {"tier", [&] { read_tier(w, e); }},
         {"repeated_tiers", [&] { e.tiers.assign(w.number<std::size_t>("count"), {}); }},
         {"reserves", [&] { e.reserves = w.number<std::uint32_t>("count"); }},
         {"algorithm", [&] { e.algorithm = w.text(); }},
         {"secret", [&] { secret = w.take("name of a secret"); }},
         {"commitment", [&] { e.commitment = w.maybe_bytes(), stated = true; }},
         {"digits_source", [&] { e.digits_source = w.text(); }},
         {"digits_at", [&] { e.digits_at_us = w.instant(); }},
         {"public_value_source", [&] { e.public_value_source = w.text(); }},
         {"public_value_at", [&] { e.public_value_at_us = w.instant(); }}});
    if (e.tiers.empty() && !w.accept("without_tiers")) {
        e.tiers = {{}};
    }
    if (!stated) {
        const auto kind = reference::algorithm_of(e.algorithm.value_or(""));
        e.commitment = reference::commitment_of(kind.value_or(reference::HashKind::sha256),
                                                scene.programme, e.batch, secret_named(secret));
    }
    return {e, {}};
}

Deed pays_prize(Words& w, const Scene& scene) { return prize_deed<support::PrizePaid>(w, scene); }

Deed recovers_prize(Words& w, const Scene& scene) {
    return prize_deed<support::PrizeRecovered>(w, scene);
}

std::optional<Deed> read_prize_deed(Words& words, const Scene& scene) {
    using Verb = Deed (*)(Words&, const Scene&);
    static const std::map<std::string, Verb, std::less<>> verbs = {
        {"submits", submits},   {"verifies", invoice_deed<support::InvoiceVerified>},
        {"rejects", rejects},   {"reverses", invoice_deed<support::InvoiceReversed>},
        {"seals", seals},       {"publishes", publishes},
        {"executes", executes}, {"aborts", aborts},
        {"fails", fails},       {"forfeits", invoice_deed<support::PrizeForfeited>}};
    const auto verb = verbs.find(words.peek());
    if (verb == verbs.end()) {
        return std::nullopt;
    }
    words.take("verb");
    return verb->second(words, scene);
}

}  // namespace fiscus::scenario

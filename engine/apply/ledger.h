// The pure core: (state, event) → one entry with its postings. No clock, thread, file, random
// number, float, or batch boundary can be seen here; the same log prefix gives the same entries and
// digest.
// Thread: the partition's one writer. Fails: never; a broken belief stops the process before
// commit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "engine/apply/claim_counts.h"
#include "engine/apply/context.h"
#include "engine/apply/source_keys.h"
#include "engine/journal/block.h"
#include "engine/sequence/sequence.h"

namespace fiscus::apply {

class Ledger {
public:
    // Reads the rules and cohorts that `state` holds. `state` and `keys` outlive the ledger;
    // without `keys` no signed event is applied and no instant draw of a day that is not closed.
    explicit Ledger(state::State& state, Keys* keys = nullptr);

    // Says which events are their source's own, and loads every cold record that those may touch.
    // No event but the last may be a
    // definition (see is_definition): what it defines decides which records the next ones touch.
    // One that needs a list (see needs_list) comes alone: the list is that of all before it.
    // Fails with secret_missing when the key of a source or of a day is not there: then nothing has
    // changed, and the same events may be tried again.
    Status prefetch(std::span<decode::DecodedEvent> events);
    // What opens something that other events are judged by, and what decides who may speak.
    static bool is_definition(const decode::DecodedEvent& event);
    // DrawSealed and DrawExecuted: all tickets of their batch.
    static bool needs_list(const decode::DecodedEvent& event);

    // One entry for one input record, appended to `out`; `sequence` is its ledger sequence number.
    void apply(const decode::DecodedEvent& in, std::uint64_t sequence, journal::Entries& out);

private:
    Answer answer(Context& context);
    Answer sequence_and_apply(Context& context);
    Answer apply_rules(Context& context);
    ProgrammeRules* rules_of(ProgrammeId programme);
    void load_batch(const wire::Event& event, std::uint32_t batch, ProgrammeRules& programme);
    void load_cohorts();
    // A source of whose numbers these events have some, and the pages that were asked for.
    struct Speaker {
        std::uint64_t prefetch = 0;  // in which it was met
        ProgrammeId programme;
        SourceId source;
        bool known = false;
        bool silent = false;
        state::SourceRecord record;
        sequence::Pages asked = 0;
    };
    void want_pages(const decode::DecodedEvent& in);
    Speaker& speaker_of(const decode::DecodedEvent& in);
    void ask_for_pages(Speaker& speaker, sequence::Pages pages);
    void want_direct(const decode::DecodedEvent& in);
    void want_claim(const decode::DecodedEvent& in, const wire::VoucherClaimed& event);
    void want_counts(const decode::DecodedEvent& in,
                     std::uint32_t batch,
                     Id128 consumer,
                     const CountedDays& days);
    void want_redemption(const decode::DecodedEvent& in, const wire::VoucherRedeemed& event);
    void want_registration(const decode::DecodedEvent& in, const wire::ConsumerRegistered& event);
    void want_submission(const decode::DecodedEvent& in, const wire::InvoiceSubmitted& event);
    void want_further_claims();
    bool want_further(const ClaimPlace& place);
    bool want_indirect(const decode::DecodedEvent& in, bool first_look);
    bool want_ticket(const decode::DecodedEvent& in);
    void want_invoice(const decode::DecodedEvent& in, const wire::Id128* invoice);
    Status collect_tickets(const decode::DecodedEvent& in);
    Status load_chance(const decode::DecodedEvent& in);
    const state::SourceRecord* entitled_source(const decode::DecodedEvent& in);
    void want_draw(const decode::DecodedEvent& in);
    void want_contact(const decode::DecodedEvent& in,
                      state::ContactKind kind,
                      const wire::Id128* id);
    void load_definition(const state::State::DefinitionKey& key, const wire::Event& event);

    state::State& state_;
    std::map<std::uint32_t, std::unique_ptr<ProgrammeRules>> rules_;
    Cohorts cohorts_;
    // Of the events that are being prefetched: where claims are counted, and who names records only
    // through others.
    std::vector<ClaimPlace> claims_;
    std::vector<const decode::DecodedEvent*> indirect_;
    std::vector<Speaker> speakers_;
    std::uint64_t prefetches_ = 0;
    Tickets tickets_;
    Chances chances_;
    SourceKeys source_keys_;
};

}  // namespace fiscus::apply

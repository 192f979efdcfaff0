// What a journal says of the draw of a prize batch: its rules, who was on the list when it was
// sealed, and what was opened afterwards: all that a bundle is made from. A fold of the journal
// that shares nothing with the ledger's own state.
// Thread: one. Fails: not_found when no journal knows such a batch, usage when several programmes
// do, corrupt when entries contradict one another, otherwise as the log says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/journal_event.h"
#include "engine/app/journal_walk.h"
#include "engine/draw/make_bundle.h"
#include "engine/fairness/batch_sheet.h"

namespace fiscus::app {

enum class DrawStage : std::uint8_t { open, sealed, seeded, executed, aborted };

struct DrawnBatch {
    // Tickets of the sealed list; those of now while it is not sealed.
    draw::BatchDraw draw;
    std::vector<fairness::TicketFacts> facts;  // of each ticket
    DrawStage stage = DrawStage::open;
    std::string why_aborted;
};

// Entries of one partition, in their order.
class DrawBook {
public:
    explicit DrawBook(BatchId batch) : batch_(batch) {}

    Status take(const WalkedEntry& walked);
    // By programme; an open list as it is now.
    std::map<std::uint32_t, DrawnBatch> finish();

private:
    struct Submission {
        Id128 consumer;
        fairness::TicketFacts facts;
    };
    struct Following {
        LogTime log_time;
        std::map<Id128, Submission> submitted;  // by invoice, of this batch
        std::map<Id128, Submission> tickets;
    };

    Status take_accepted(const WalkedEntry& walked, DrawnBatch& batch, Following& following);
    static void list_tickets(const Following& following, DrawnBatch& batch);

    BatchId batch_;
    std::map<std::uint32_t, DrawnBatch> draws_;
    std::map<std::uint32_t, Following> following_;
};

// Reads the journal of every partition. `programme`: needed when several have such a batch.
Result<DrawnBatch> read_draw(log::Log& log, BatchId batch, std::optional<ProgrammeId> programme);

}  // namespace fiscus::app

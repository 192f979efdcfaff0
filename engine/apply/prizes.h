// What the families of invoices, draws and prizes share: whose an invoice is, and what becomes of a
// place (中奖名次) of an executed draw. A prize that somebody loses before it is paid goes to the first
// reserve that is still waiting, in the order of the draw, never to another draw.
#pragma once

#include "engine/apply/context.h"

namespace fiscus::apply {

// The dimensions of an invoice, as they were when it was submitted.
void describe(Context& context, const state::InvoiceRecord& invoice);

// Whether the source's platform verifies invoices and pays prizes of this batch.
bool is_draw_platform(const Context& context, BatchId batch);
// platform_not_of_draw, or why an invoice is not verified or rejected any more; none while it may
// be.
wire::Reason check_unverified(const Context& context, const state::InvoiceRecord& invoice);

state::Key ticket_key(const Context& context, BatchId batch, Id128 invoice);
state::Key place_key(const Context& context, BatchId batch, Id128 invoice);
// Places count from 1.
state::Key order_key(const Context& context, BatchId batch, std::uint32_t place);

// The first reserve that waits gets a prize of this tier; false when none waits.
bool move_up(Context& context, BatchId batch, std::uint16_t tier);

// The ticket's payable place is lost or forfeited; its prize moves on.
void take_away(Context& context, BatchId batch, Id128 invoice, state::PlaceStatus becomes);

// A verified invoice was reversed: off the list, or unable to win, or its prize moves on, or is
// demanded back.
void lose_ticket(Context& context, BatchId batch, Id128 invoice);

}  // namespace fiscus::apply

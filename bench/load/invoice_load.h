// The load of a month of prize invoices (有奖发票): one draw platform, four channel platforms, three
// batches of about ten days with five tiers each. Consumers upload invoices through the channels,
// some upload what somebody else has uploaded; the draw platform verifies or rejects them; invoices
// are reversed at every stage: before and after they are verified, on the sealed list, as winners,
// after they are paid. Each batch is sealed, its chance opened by a notary, executed; prizes are
// paid, some at the second try; reserves move up; what was paid for a reversed invoice comes back.
// In the end the rest goes back to where it came from.
// The load knows every outcome beforehand; ranking itself is engine/draw, which others check
// (verify/). The same bytes for the same options everywhere. Thread: one at a time. Fails: never.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/load/agenda_load.h"
#include "engine/draw/batch_draw.h"
#include "schemas/events_generated.h"
#include "schemas/reasons_generated.h"

namespace fiscus::load {

struct InvoiceOptions {
    // Invoices that consumers hold.
    std::uint64_t invoices = 500'000;
    std::uint64_t seed = 1;
};
// An invoice is submitted and decided: about so many records.
inline constexpr std::uint64_t records_of_invoice = 2;
// Fewer have no winners in each tier.
inline constexpr std::uint64_t invoices_min = 2'000;

enum class InvoiceDeed : std::uint8_t {
    open,
    begin_day,
    submit,
    submit_again,  // somebody else, through another channel
    verify,
    reject,
    reverse,
    seal,
    publish_seed,
    execute,
    fail_payout,
    pay,
    forfeit,
    recover,
    cut,
    close,
};

class InvoiceLoad final : public AgendaLoad<InvoiceDeed> {
public:
    explicit InvoiceLoad(const InvoiceOptions& options);

    [[nodiscard]] Expected expected() const override { return expected_; }

private:
    static constexpr std::size_t batch_count = 3;
    static constexpr std::size_t tier_count = 5;

    enum class Place : std::uint8_t { none, waiting, payable, paid, forfeited, lost, recovering };
    enum class Standing : std::uint8_t { held, submitted, verified, rejected, reversed };
    struct Invoice {
        std::uint32_t consumer = 0;
        std::uint32_t amount_fen = 0;
        std::uint16_t seller = 0;
        std::uint8_t channel = 0;
        std::uint8_t tier = 0;
        Standing standing = Standing::held;
        Place place = Place::none;
    };
    struct Seller {
        wire::Id128 id;
        std::uint32_t district = 0;
        std::uint16_t industry = 0;
    };
    struct Batch {
        std::int32_t first_day = 0;
        std::int32_t last_day = 0;
        std::uint32_t first_invoice = 0;
        std::uint32_t invoices = 0;
        bool sealed = false;
        bool executed = false;
        draw::BatchEntropy entropy;
        draw::PrizePlan plan;
        draw::SealedList list;
        // Of the sealed list, by ticket.
        std::vector<draw::Ticket> tickets;
        std::map<Id128, std::uint32_t> invoice_of;
        // Reserves in their order; those before `next_reserve` are not waiting any more.
        std::vector<std::uint32_t> reserves;
        std::size_t next_reserve = 0;
        std::array<std::int64_t, tier_count> budget_fen{};
    };

    void plan_batches();
    // `which`: invoice, batch or step.
    void perform(const Action& action) override;

    // invoice_opening.cc
    void open(std::uint32_t step);
    void open_programme();
    void open_platform(std::uint32_t index, bool registers);
    void register_seller(std::uint32_t index);
    void open_batch(std::uint32_t index);
    void close(std::uint32_t step);

    // invoice_load.cc
    void begin_day(std::uint32_t day);
    void submit(std::uint32_t index);
    void submit_again(std::uint32_t index);
    void send_submission(std::uint32_t index,
                         std::uint32_t consumer,
                         std::uint8_t channel,
                         wire::Reason reason);
    void decide(std::uint32_t index, bool verified);
    void reverse(std::uint32_t index);

    // invoice_draws.cc
    void seal(std::uint32_t batch);
    void publish_seed(std::uint32_t batch);
    void execute(std::uint32_t batch);
    void await_payout(std::uint32_t index);
    void move_up(std::uint32_t lost);
    void fail_payout(std::uint32_t index);
    void pay(std::uint32_t index);
    void forfeit(std::uint32_t index);
    void recover(std::uint32_t index);

    [[nodiscard]] Batch& batch_of(std::uint32_t invoice);
    [[nodiscard]] std::uint32_t batch_number(std::uint32_t index) const;
    [[nodiscard]] draw::BatchName name_of(std::uint32_t batch) const;
    [[nodiscard]] std::int64_t prize_fen(std::uint8_t tier) const;
    [[nodiscard]] wire::Id128 fingerprint(std::uint32_t invoice) const;
    [[nodiscard]] wire::Id128 consumer_token(std::uint32_t consumer) const;

    InvoiceOptions options_;
    std::vector<Seller> sellers_;
    std::vector<Invoice> invoices_;
    std::array<Batch, batch_count> batches_;
    std::uint32_t consumers_ = 0;
};

}  // namespace fiscus::load

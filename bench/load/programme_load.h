// One programme of the standard load, record by record: the opening (reference events on the eve),
// the body (30 business dates of traffic with scripted control events in between) and the tail
// (settlement, late refunds, closing). Implementation by family: opening.cc, claims.cc,
// redemptions.cc, control.cc. Thread: one. Fails: never.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/model.h"
#include "bench/load/random.h"
#include "bench/load/record_sink.h"
#include "bench/load/source_signatures.h"
#include "bench/load/standard_load.h"
#include "schemas/events_generated.h"
#include "schemas/reasons_generated.h"

namespace fiscus::load {

struct ProgrammeOptions {
    std::uint32_t programme = 1;
    std::uint64_t events = 0;
    std::uint64_t seed = 1;
    std::uint64_t consumers = 0;
    bool with_signatures = false;
};

class ProgrammeLoad {
public:
    explicit ProgrammeLoad(const ProgrammeOptions& options);

    [[nodiscard]] bool done() const { return index_ == options_.events; }
    // Exactly one record. Only while !done().
    void produce(RecordSink& sink);
    [[nodiscard]] Expected expected() const;
    // Keys of the platforms' sources; none where nothing is signed.
    [[nodiscard]] std::vector<SecretFile> secrets() const;

private:
    using Body = flatbuffers::Offset<void>;

    enum class ActionKind : std::uint8_t {
        close_source_day,
        advance_clock,
        late_events,
        late_event,
        request_settlement,
        request_one_settlement,
        pay_settlements,
        pay_one_settlement,
        suspend_platform,
        resume_platform,
        open_gap,
        restart_source,
        suspend_merchant,
        resume_merchant,
        change_merchant,
        adjust_batch,
        top_up_batch,
        close_batch,
        void_by_authority,
    };
    // One record, except those that only queue further actions or change the generator itself.
    struct Action {
        std::int64_t at_us = 0;
        ActionKind kind = ActionKind::advance_clock;
        std::size_t which = 0;
        std::size_t other = 0;
    };
    struct Send {
        Source* source = nullptr;
        std::int64_t occurred_us = 0;
        wire::Id128 key;
        wire::EventBody kind = wire::EventBody::NONE;
        Body body;
        wire::Reason reason = wire::Reason::none;
        bool duplicate = false;
        // Instead of the source's own next number.
        std::optional<wire::Origin> origin = std::nullopt;
    };

    // programme_load.cc
    void plan_timeline();
    void produce_body();
    void produce_traffic();
    void advance_time();
    bool run_due_action();
    void send(const Send& send);
    void send_accepted(
        Source& source, std::int64_t occurred_us, wire::EventBody kind, Body body, wire::Id128 key);
    void count_outcome(const Send& send);
    void send_duplicate();
    void send_damaged();
    void remember(Bytes value);
    Bytes finish(const Send& send, const wire::Origin& origin);
    wire::Id128 new_key(std::int64_t occurred_us);
    wire::Id128 token(std::uint64_t kind, std::uint64_t number) const;
    [[nodiscard]] std::int32_t day_of(std::int64_t occurred_us) const;
    [[nodiscard]] std::int64_t day_start_us(std::int32_t day) const;
    // A moment ago: what a platform's clock said when it sent the record.
    std::int64_t just_now();
    ExpectedDay& expected_day(std::int64_t occurred_us);
    ControlCount& control(std::size_t platform, std::size_t batch, std::int64_t occurred_us);
    [[nodiscard]] std::int64_t face_fen(std::size_t batch, std::size_t denomination) const;

    // opening.cc
    void plan_batches();
    void plan_merchants();
    void produce_opening();
    void open_programme();
    void open_platform(std::size_t platform);
    void deposit(std::size_t account);
    void open_batch(std::size_t batch);
    void fund_batch(std::size_t batch, std::int64_t amount_fen);
    void register_merchant(std::size_t merchant);
    [[nodiscard]] std::int64_t funding_fen(std::size_t batch, bool top_up) const;
    [[nodiscard]] std::size_t opening_records() const;

    // claims.cc
    void produce_claim(std::int64_t occurred_us);
    bool pick_claim(std::int64_t occurred_us, Claim& claim);
    bool pick_fresh_consumer(BatchModel& batch, Claim& claim);
    bool pick_repeated_consumer(BatchModel& batch, Claim& claim);
    void describe_claim(Claim& claim);
    [[nodiscard]] wire::Reason judge_claim(const Claim& claim) const;
    [[nodiscard]] std::int32_t last_day_of(const BatchModel& batch, std::int32_t claim_day) const;
    void send_claim(const Claim& claim, wire::Reason reason, std::optional<wire::Origin> origin);
    void accept_claim(const Claim& claim);
    bool refuse_claim();
    bool refuse_claim_by_rules(Claim& claim, std::uint64_t variant);
    bool refuse_claim_by_cap(Claim& claim, std::size_t theme, wire::Reason reason);
    bool refuse_claim_by_quota(Claim& claim);
    bool refuse_claim_by_sequence(Claim& claim, std::uint64_t variant);
    void produce_registration();
    bool produce_void();
    void void_voucher(Source& source, std::uint64_t number, std::int64_t occurred_us);
    Body build_claim(const Claim& claim);

    // redemptions.cc
    struct Order {
        std::int64_t occurred_us = 0;
        std::vector<wire::Id128> vouchers;
        wire::Id128 key;
        wire::Id128 consumer;
        wire::Id128 merchant;
        std::int64_t order_fen = 0;
        std::int64_t subsidy_fen = 0;
        std::int64_t platform_match_fen = 0;
        std::int64_t merchant_match_fen = 0;
        bool online = false;
        std::uint8_t ship_from = 0;
        std::uint8_t ship_to = 0;
        std::size_t platform = 0;
    };
    struct Refund {
        std::uint64_t number = 0;
        std::int64_t occurred_us = 0;
        std::int64_t order_fen = 0;
        std::int64_t subsidy_fen = 0;
    };
    bool produce_redemption(std::int64_t occurred_us);
    std::optional<std::uint64_t> pick_voucher(std::int64_t occurred_us);
    [[nodiscard]] bool redeemable(const Voucher& voucher, std::int64_t occurred_us) const;
    void describe_order(std::uint64_t number, std::int64_t occurred_us, Order& order);
    [[nodiscard]] std::size_t pick_merchant(std::size_t theme, std::size_t pack);
    void send_order(const Order& order, wire::Reason reason);
    void accept_order(const Order& order,
                      std::uint64_t number,
                      std::optional<std::uint64_t> second);
    bool refuse_redemption();
    bool refuse_by_voucher(std::uint64_t number, Order& order, std::uint64_t variant);
    bool refuse_by_order(std::uint64_t number, Order& order, std::uint64_t variant);
    bool refuse_spent_voucher(std::uint64_t variant);
    bool refuse_borrowed_voucher(std::uint64_t number, Order& order);
    bool produce_refund(std::int64_t occurred_us);
    std::optional<std::uint64_t> pick_redemption();
    bool refuse_refund(std::uint64_t number, std::int64_t occurred_us);
    void send_refund(const Refund& refund, wire::Reason reason, wire::Id128 redemption);
    void accept_refund(const Refund& refund);
    void return_payable(const Refund& refund, std::int64_t from_payable_fen, bool whole);

    // control.cc
    void plan_actions();
    void plan_day(std::int32_t day);
    void run(const Action& action);
    void run_settlement(const Action& action);
    void run_authority(const Action& action);
    void close_source_day(std::size_t platform, std::int32_t day);
    void advance_clock(std::int64_t now_us);
    void release_cohort(BatchModel& batch, std::size_t last_day);
    void close_batch(std::size_t batch);
    void receive_recovery(std::size_t platform, wire::Id128 merchant, std::int64_t amount_fen);
    void produce_closing(std::uint64_t step);
    void close_recovery(std::uint64_t step);
    void close_fund(std::size_t account);
    [[nodiscard]] static std::vector<std::size_t> batches_closed_at_the_end();
    [[nodiscard]] static std::uint64_t closing_records();

    ProgrammeOptions options_;
    SourceSignatures signatures_;
    std::string key_text_;
    Random random_;
    flatbuffers::FlatBufferBuilder builder_{std::size_t{16} << 10};
    RecordSink* sink_ = nullptr;
    Expected expected_;

    // Where the load stands: records so far, the time of the present one.
    std::uint64_t index_ = 0;
    std::int64_t now_us_ = 0;
    std::int64_t clock_us_ = 0;
    std::uint64_t body_first_ = 0;
    std::uint64_t tail_first_ = 0;
    std::uint64_t closing_first_ = 0;
    // First record of each hour of the body; one more at the end.
    std::vector<std::uint64_t> hours_;
    std::size_t hour_ = 0;
    std::vector<Action> actions_;
    std::size_t action_next_ = 0;
    std::deque<Action> pending_;

    Source authority_;
    std::array<Source, platform_count> platforms_{};
    std::array<bool, platform_count> suspended_{};
    std::uint64_t claims_per_batch_ = 0;
    std::uint64_t heavy_consumers_ = 0;
    std::uint64_t walk_stride_ = 1;
    std::uint64_t registered_ = 0;
    std::vector<BatchModel> batches_;
    std::vector<Merchant> merchants_;
    // By theme × 2 + pack: merchants where such a voucher may be redeemed.
    std::array<std::vector<std::uint32_t>, theme_count * 2> eligible_;
    std::array<std::size_t, 2> suspended_merchants_{};
    Ring<Voucher> vouchers_;
    Ring<Redemption> redemptions_;
    Ring<std::uint64_t> expired_{64};
    Ring<std::uint64_t> voided_{64};
    Ring<std::uint64_t> returned_{64};
    std::vector<ControlCount> controls_;
    std::deque<SettlementRequest> requests_;
    // Numbers of one source that were left out, to be sent later.
    std::deque<std::uint64_t> gap_;
    std::int64_t gap_occurred_us_ = 0;
    std::uint64_t gap_fill_at_ = 0;
    std::vector<std::vector<std::byte>> recent_values_;
    std::size_t recent_value_next_ = 0;

    std::array<std::int64_t, 3> deposits_fen_{};
    std::int64_t fund_fen_ = 0;
    std::array<std::int64_t, platform_count> paid_fen_{};
    std::array<std::int64_t, platform_count> receivable_fen_{};
    std::int64_t merchant_receivable_fen_ = 0;
};

}  // namespace fiscus::load

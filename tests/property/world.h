// A random world: a few programmes with their sources, rules, people and shops, and what they
// publish, honest, late, repeated, forged or broken. Every record is a function of the seed. The
// world looks at the oracle to know which vouchers and orders there are, so most events make sense.
// Thread: one. Fails: never.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/cells/cells.h"
#include "tests/property/random.h"
#include "tests/reference/ledger.h"
#include "tests/support/day_keys.h"
#include "tests/support/events.h"
#include "tests/support/ledger_under_test.h"

namespace fiscus::property {

// How platforms number vouchers: at random; in order of time; nearly so; or so as to do harm, with
// the smallest, the largest and neighbouring ids.
enum class VoucherIds : std::uint8_t { random, ordered, disordered, hostile };

struct WorldOptions {
    std::uint64_t seed = 1;
    std::size_t records = 400;
    // Of a thousand records, how many are broken on the way.
    std::uint64_t broken = 40;
    // With so many records a programme is closed; 0: only when chance will have it.
    std::size_t close_at = 0;
    // After the records so often days pass, at most two weeks, with a cut and a few more records.
    std::size_t pauses = 0;
    VoucherIds voucher_ids = VoucherIds::random;
    // Counts what is met there, when it is not null; outlives make().
    cells::Tally* tally = nullptr;
};

class World {
public:
    explicit World(const WorldOptions& options);

    // The whole history, in the order of the log.
    std::vector<reference::Input> make();
    [[nodiscard]] support::Shard shard() const { return shard_; }
    // The oracle after everything that make() returned, and what it answered.
    [[nodiscard]] const reference::Ledger& oracle() const { return oracle_; }
    [[nodiscard]] const std::vector<reference::Answer>& answers() const { return answers_; }

private:
    // One source of one programme, as its publisher sees it.
    struct Speaker {
        std::uint32_t programme = 0;
        std::uint16_t source = 0;
        std::uint32_t epoch = 1;
        std::uint64_t last = 0;
    };
    struct Said {
        support::Envelope envelope;
        support::Body body;
    };
    struct Held {
        std::size_t release_at = 0;
        reference::Input input;
    };

    // world.cc: who speaks, and what happens to it on the way.
    void open_programme(std::uint32_t number);
    void step();
    void say(Speaker& speaker, const support::Body& body, std::optional<Id128> key = {});
    void say_again();
    void publish(const support::Envelope& envelope, const support::Body& body);
    void append(reference::Input input);
    void learn(const reference::Answer& answer);
    void release();
    reference::Input broken(reference::Input input);
    void disturb(support::Envelope& envelope);
    // As the source would, where it has a key; now and then as it would not.
    void sign(support::Envelope& envelope);
    Speaker& speaker(std::uint32_t programme, std::uint16_t source);
    Speaker& authority() { return speaker(programme_, 1); }
    // A source of the platform that is not revoked, else any.
    Speaker& voice_of(std::uint16_t platform);
    Speaker& notary();
    Speaker& voice_of_draw(const reference::PrizeBatch& batch, bool authority_too);
    std::int64_t occurred();
    std::int64_t snapped(std::int64_t instant_us);

    // deeds.cc: what a programme's people do next.
    void claim();
    void redeem();
    void refund();
    void void_voucher();
    void register_consumer();
    void merchant_deed();
    void platform_deed();
    void fund_deed();
    void batch_deed();
    void settlement_deed();
    void recovery_deed();
    void control_deed();
    void programme_deed();
    void close_programme();

    // deeds_source.cc: what they do about those who publish.
    void source_deed();
    void source_key_deed();
    support::SourceKey some_source_key();
    void about_a_source_key();

    // deeds_prize.cc: what they do around draws.
    void prize_deed();
    void random_draw_deed(std::uint32_t number);
    void open_prize_batch();
    void submit(std::uint32_t number);
    void invoice_deed(std::uint32_t number);
    void reverse_tickets(std::uint32_t number);
    void seal(std::uint32_t number);
    void publish_seed(std::uint32_t number);
    void execute(std::uint32_t number);
    void payout_deed(std::uint32_t number);
    void close_prize_batches();
    support::PrizeBatchOpened random_prize_batch(std::uint32_t number);
    std::uint32_t some_prize_batch();
    support::MaybeId some_invoice(std::uint32_t number, reference::InvoiceState state);

    // deeds_instant.cc: what they do around instant draws.
    void instant_deed();
    void open_instant_draw();
    void publish_value();
    void open_key();
    void request_chance();
    support::BatchOpened random_drawn_batch(std::uint32_t number);
    support::InstantTier random_instant_tier(const support::BatchOpened& batch);
    support::InstantDrawOpened random_instant_draw(const support::BatchOpened& batch);

    // deeds_rare.cc: what seldom happens by itself, in every state that there is.
    void odd_envelope();
    void spoil_form(Said& said);
    void spoil_meaning(Said& said, const Said& before);
    void take_key(Said& said);
    void say_in_wrong_number(Said said);
    void say_forgotten(Said said);
    void say_revoked(Said said);
    void about_a_batch();
    void about_an_invoice();
    void about_a_voucher();
    void about_a_platform();
    void about_an_account();
    void platform_down();
    void last_batch_again();
    void redeem_these(const std::vector<Id128>& vouchers);
    // Of the programme's, in a state that is as likely as any other; none now and then.
    std::optional<std::uint32_t> batch_in_some_state();
    support::MaybeId invoice_in_some_state();
    support::MaybeId voucher_in_some_state();

    support::BatchOpened random_batch(std::uint32_t number);
    support::MerchantRegistered random_merchant(std::uint32_t number);
    std::vector<Id128> some_vouchers(const reference::Programme& programme);
    Id128 some_consumer();
    [[nodiscard]] Id128 voucher_id(std::uint64_t number) const;
    Id128 some_merchant(const reference::Pack& pack, bool online);
    std::uint32_t some_district();
    std::int64_t some_amount(std::int64_t about);
    [[nodiscard]] const reference::Programme& rules() const;
    // A batch to claim from or to work on: mostly one that is open.
    std::uint32_t some_batch();
    // True now and then: this detail is wrong.
    bool slip() { return !steady_ && random_.chance(22); }

    WorldOptions options_;
    Random random_;
    support::Shard shard_;
    reference::Ledger oracle_{support::last_key_of, support::secret_of_commitment};
    std::vector<reference::Input> records_;
    std::vector<reference::Answer> answers_;
    std::vector<std::uint32_t> programmes_;
    std::uint32_t programme_ = 0;  // the one that this step is about
    std::map<std::pair<std::uint32_t, std::uint16_t>, Speaker> speakers_;
    std::deque<Said> memory_;
    std::map<std::size_t, Said> last_of_kind_;
    std::uint16_t platform_down_ = 0;  // speaks wherever a platform does; 0: none
    std::vector<Held> held_;
    std::int64_t log_time_us_ = support::first_morning_us;
    std::int64_t offset_ = 0;
    std::uint64_t keys_ = 0;
    std::uint64_t names_ = 0;
    std::uint64_t invoices_ = 0;
    bool steady_ = false;  // nothing goes wrong while the usual beginning is published
};

}  // namespace fiscus::property

// The load of a month of gift packs (消费礼包): an instant draw each day, three platforms, packs for
// the online and the offline department and for catering, whose stock is released three times a day
// and runs out. Consumers register once, on any platform; then they ask, one chance for each
// platform and day, some ask again. Who wins gets a voucher that is redeemed within a week, or
// expires. A notary publishes each day's public value and opens the key of the day before. In the
// end platforms are paid and the rest goes back.
// The load knows every outcome beforehand; chance itself is engine/draw, which others check
// (verify/). The same bytes for the same options everywhere. Thread: one at a time. Fails: never.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "bench/load/agenda_load.h"
#include "engine/draw/instant_draw.h"
#include "schemas/events_generated.h"
#include "schemas/reasons_generated.h"

namespace fiscus::load {

struct PackOptions {
    // Requests for a chance in all thirty days.
    std::uint64_t requests = 700'000;
    std::uint64_t seed = 1;
};
// Of ten requests for a chance come about so many records: registrations, redemptions.
inline constexpr std::uint64_t records_of_ten_requests = 14;
// Fewer do not use up any stock.
inline constexpr std::uint64_t requests_min = 3'000;

enum class PackDeed : std::uint8_t {
    open,
    publish,
    open_key,
    begin_day,
    ask,
    redeem,
    refund,
    cut,
    close
};

class PackLoad final : public AgendaLoad<PackDeed> {
public:
    explicit PackLoad(const PackOptions& options);

    [[nodiscard]] Expected expected() const override;
    [[nodiscard]] std::vector<SecretFile> secrets() const override;

    // The last key of the chain is the SHA-256 of this.
    [[nodiscard]] std::string key_name() const;
    // By wire::DrawOutcome.
    [[nodiscard]] const std::array<std::uint64_t, 6>& outcomes() const { return outcomes_; }

private:
    static constexpr std::size_t tier_count = 3;

    struct Consumer {
        std::int32_t last_day = 0;
        std::uint32_t wins_before = 0;
        std::uint32_t wins_today = 0;
        bool registered = false;
    };
    struct Voucher {
        wire::Id128 id;
        wire::Id128 redemption;
        std::uint32_t consumer = 0;
        std::uint32_t district = 0;
        std::int32_t last_day = 0;
        std::int64_t face_fen = 0;
        std::int64_t threshold_fen = 0;
        std::int64_t order_fen = 0;
        std::uint16_t platform = 0;
        std::uint8_t tier = 0;
    };
    struct Shop {
        wire::Id128 id;
        bool online = false;
        std::uint16_t category = 0;
    };

    void perform(const Action& action) override;

    // pack_opening.cc
    void open(std::uint32_t step);
    void open_programme();
    void open_platform(std::uint32_t index, bool registers);
    void register_shop(std::uint32_t index);
    void open_batch();
    void open_draw();
    void close(std::uint32_t step);
    void settle(std::uint16_t platform, bool pays);

    void publish_value(std::uint32_t day);
    void open_key(std::uint32_t day);
    void begin_day(std::uint32_t day);
    void ask();
    void ask_for(std::uint32_t consumer, std::uint16_t platform);
    void register_consumer(std::uint32_t consumer, std::uint16_t platform);
    void win(std::uint32_t consumer,
             std::uint16_t platform,
             const draw::Decision& decision,
             const wire::Id128& key);
    void redeem(std::uint32_t voucher);
    void refund(std::uint32_t voucher);
    void cut();

    [[nodiscard]] wire::Id128 token(std::uint64_t kind, std::uint64_t number) const;
    [[nodiscard]] std::string public_value(std::int32_t day) const;
    [[nodiscard]] ExpectedDay& today();

    PackOptions options_;
    std::array<std::uint64_t, 6> outcomes_{};
    std::vector<draw::Digest> keys_;
    std::vector<draw::InstantTier> tiers_;
    std::vector<Shop> shops_;
    std::vector<Consumer> consumers_;
    std::vector<Voucher> vouchers_;
    // Of the day.
    std::optional<draw::InstantChance> chance_;
    std::array<std::uint64_t, tier_count> given_{};
    std::unordered_set<std::uint64_t> asked_;
    // Outstanding money by the last day of its vouchers, and payable money by platform.
    std::map<std::int32_t, std::int64_t> outstanding_fen_;
    std::array<std::int64_t, 4> payable_fen_{};
    std::array<wire::Id128, 4> requests_{};
};

}  // namespace fiscus::load

// The load of a campaign's first minutes (抢券): one batch, ten asks for each of its vouchers. The
// doors open at ten; within five minutes nearly as many consumers as there are events ask through
// four platforms. Some ask too early, some ask again, on their platform or on another one, and
// platforms send some asks twice. Each consumer may have one voucher. Who gets one follows from
// the order of the log alone, which is what makes the outcome known: whoever is among the first
// `vouchers` that ask for the first time gets one, nobody else does. The same bytes for the same
// options everywhere; memory does not depend on their number. Thread: one at a time. Fails:
// never.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/catalogue.h"
#include "bench/load/load.h"
#include "bench/load/random.h"
#include "bench/load/record_sink.h"
#include "schemas/events_generated.h"
#include "schemas/reasons_generated.h"

namespace fiscus::load {

struct CompetingOptions {
    // Records in all, at least events_min; all but 17 of them are asks.
    std::uint64_t events = 1'000'000;
    std::uint64_t seed = 1;
};

class CompetingLoad final : public Load {
public:
    explicit CompetingLoad(const CompetingOptions& options);

    bool next(LoadBatch& batch, std::size_t records_max = records_at_once) override;
    [[nodiscard]] Expected expected() const override;

    // Of the batch: its quota, and all that its budget pays for.
    [[nodiscard]] std::uint64_t vouchers() const { return vouchers_; }
    [[nodiscard]] std::int64_t budget_fen() const;

private:
    using Body = flatbuffers::Offset<void>;

    struct Event {
        std::uint16_t source = 0;
        std::int64_t occurred_us = 0;
        wire::EventBody kind = wire::EventBody::NONE;
        Body body;
        wire::Reason reason = wire::Reason::none;
    };
    // What a platform may send once more.
    struct Sent {
        std::vector<std::byte> value;
        bool accepted = false;
    };

    void produce();
    void produce_opening(std::uint64_t step);
    void open_programme();
    void open_platform(std::size_t platform, bool admitted);
    void open_batch();
    void produce_ask(std::uint64_t number);
    void ask_first();
    void ask_again();
    void ask(std::uint64_t consumer, std::size_t platform, wire::Reason reason);
    void send_twice();
    void close_day(std::size_t platform);
    void say(wire::EventBody kind, Body body);
    Bytes send(const Event& event);
    [[nodiscard]] std::size_t platform_of(std::uint64_t consumer) const;
    [[nodiscard]] wire::Id128 token(std::uint64_t kind, std::uint64_t number) const;

    CompetingOptions options_;
    std::uint64_t vouchers_;
    Random random_;
    flatbuffers::FlatBufferBuilder builder_{std::size_t{4} << 10};
    RecordSink sink_;
    Expected expected_;
    std::int64_t now_us_ = 0;
    // Numbers that the sources used: the authority's is 1, those of the platforms follow.
    std::array<std::uint64_t, platform_count + 2> sequences_{};
    // Consumers that asked for the first time; who has a lower number than this has asked.
    std::uint64_t asked_ = 0;
    // Of them, those that asked before the doors were open as well.
    std::uint64_t too_early_ = 0;
    std::array<std::uint64_t, platform_count> issued_{};
    std::vector<Sent> recent_;
    std::size_t recent_next_ = 0;
};

}  // namespace fiscus::load

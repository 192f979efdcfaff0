// A load that knows what is to happen when: deeds in the order of their times, each of which says
// events and puts further deeds on the agenda. One programme, whose sources are numbered from 1.
// Thread: one at a time. Fails: never.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <queue>
#include <string_view>

#include "bench/load/event_bytes.h"
#include "bench/load/load.h"
#include "bench/load/random.h"
#include "bench/load/record_sink.h"
#include "schemas/events_generated.h"
#include "schemas/reasons_generated.h"

namespace fiscus::load {

template <typename TheDeed>
class AgendaLoad : public Load {
public:
    using Deed = TheDeed;

    bool next(LoadBatch& batch, std::size_t records_max = records_at_once) final {
        sink_.begin(batch, records_max);
        while (!sink_.full() && !agenda_.empty()) {
            const Action action = agenda_.top();
            agenda_.pop();
            now_us_ = action.at_us;
            perform(action);
        }
        sink_.finish();
        return !batch.empty();
    }

protected:
    using Body = flatbuffers::Offset<void>;
    struct Action {
        std::int64_t at_us = 0;
        std::uint64_t order = 0;
        Deed deed{};
        std::uint32_t which = 0;

        // For a queue whose top comes first.
        friend bool operator<(const Action& a, const Action& b) {
            return a.at_us != b.at_us ? a.at_us > b.at_us : a.order > b.order;
        }
    };

    AgendaLoad(std::uint32_t programme, std::string_view programme_key, std::uint64_t seed)
        : random_(scatter(seed)), programme_(programme), programme_key_(programme_key) {}

    virtual void perform(const Action& action) = 0;

    // Never before now, and at a whole millisecond, as logs keep them.
    void later(std::int64_t at_us, Deed deed, std::uint32_t which) {
        agenda_.push({.at_us = std::max(at_us, now_us_) / 1'000 * 1'000,
                      .order = actions_++,
                      .deed = deed,
                      .which = which});
    }

    // The event's natural key.
    wire::Id128 say(std::uint16_t source,
                    wire::EventBody kind,
                    Body body,
                    wire::Reason reason = wire::Reason::none) {
        const wire::Id128 key = event_key(random_, now_us_);
        const Bytes value =
            finish_event(builder_, {.programme = programme_,
                                    .origin = wire::Origin(++sequences_[source], 1, source, 0),
                                    .occurred_us = now_us_,
                                    .key = key,
                                    .kind = kind,
                                    .body = body});
        sink_.add(programme_, programme_key_, now_us_, value);
        builder_.Clear();
        ++expected_.records;
        count(kind, reason);
        return key;
    }

    void count(wire::EventBody kind, wire::Reason reason) {
        if (reason == wire::Reason::none) {
            ++expected_.accepted;
            ++expected_.accepted_by_kind[static_cast<std::size_t>(kind)];
        } else {
            ++expected_.refused;
            ++expected_.reasons[static_cast<std::size_t>(reason)];
        }
    }

    Random random_;
    flatbuffers::FlatBufferBuilder builder_{std::size_t{4} << 10};
    RecordSink sink_;
    Expected expected_;
    std::int64_t now_us_ = 0;

private:
    const std::uint32_t programme_;
    const std::string_view programme_key_;
    std::uint64_t actions_ = 0;
    std::priority_queue<Action> agenda_;
    // Numbers that the sources used.
    std::array<std::uint64_t, 8> sequences_{};
};

}  // namespace fiscus::load

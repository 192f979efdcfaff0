// Owners of librdkafka's handles, settings and errors; with the other kafka_*.cc files of this
// folder the only place that knows librdkafka. Closing a handle never takes longer than allowed:
// known hangs of rd_kafka_destroy end in a thread that is left to itself.
// Thread: a handle is thread-safe as librdkafka's is; Signals is written by librdkafka's threads.
// Fails: usage for a setting that librdkafka refuses.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <librdkafka/rdkafka.h>

#include "engine/base/result.h"
#include "engine/log/kafka_log.h"

namespace fiscus::log {

template <typename T, void (*Destroy)(T*)>
struct KafkaDeleter {
    void operator()(T* object) const { Destroy(object); }
};
template <typename T, void (*Destroy)(T*)>
using KafkaOwner = std::unique_ptr<T, KafkaDeleter<T, Destroy>>;

using KafkaTopic = KafkaOwner<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using KafkaQueue = KafkaOwner<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using KafkaError = KafkaOwner<rd_kafka_error_t, rd_kafka_error_destroy>;
using KafkaEvent = KafkaOwner<rd_kafka_event_t, rd_kafka_event_destroy>;

struct KafkaRefusal {
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string reason;
};

// What librdkafka told us besides answers: the last trouble with the brokers, delivery reports.
class KafkaSignals {
public:
    explicit KafkaSignals(std::function<void(int, std::string_view)> on_message)
        : on_message_(std::move(on_message)) {}

    void message(int level, std::string_view text) const;
    void trouble(rd_kafka_resp_err_t error, std::string_view reason);
    // The broker answered: forget what was wrong.
    void well();
    // The last trouble in words, empty if there is none.
    [[nodiscard]] std::string reason() const;
    // A broker that was reached did not take us, or we did not take it: waiting does not help.
    [[nodiscard]] std::optional<KafkaRefusal> refusal() const;

    // Delivery reports of a writer; only its own thread sees them, in rd_kafka_poll and
    // rd_kafka_flush.
    std::int64_t delivered = 0;
    std::int64_t end_offset = -1;
    std::optional<Error> failed_delivery;

private:
    const std::function<void(int, std::string_view)> on_message_;
    mutable std::mutex mutex_;
    std::string reason_;
    std::optional<KafkaRefusal> refusal_;
};

enum class KafkaRole : std::uint8_t { questions, reader, writer };

// The group of the handle that asks; nobody joins it.
inline constexpr std::string_view questions_group = "fiscus.questions";

class KafkaHandle {
public:
    // `message_bytes_max`: of the topic, for a writer. `group`: whose positions it knows, if it
    // asks.
    static Result<KafkaHandle> open(const KafkaOptions& options,
                                    KafkaRole role,
                                    std::int32_t message_bytes_max,
                                    std::string_view group = questions_group);
    KafkaHandle(KafkaHandle&& other) noexcept;
    KafkaHandle(const KafkaHandle&) = delete;
    KafkaHandle& operator=(const KafkaHandle&) = delete;
    KafkaHandle& operator=(KafkaHandle&&) = delete;
    ~KafkaHandle();

    [[nodiscard]] rd_kafka_t* get() const { return handle_; }
    [[nodiscard]] KafkaSignals& signals() const { return *signals_; }
    [[nodiscard]] Result<KafkaTopic> topic(std::string_view name) const;

private:
    KafkaHandle(rd_kafka_t* handle,
                std::unique_ptr<KafkaSignals> signals,
                std::chrono::milliseconds close_within)
        : handle_(handle), signals_(std::move(signals)), close_within_(close_within) {}

    rd_kafka_t* handle_;
    // librdkafka's threads use it until the handle is gone.
    std::unique_ptr<KafkaSignals> signals_;
    std::chrono::milliseconds close_within_;
};

// `what` failed with this error of librdkafka; the code follows from the error.
Error kafka_error(std::string what, rd_kafka_resp_err_t error, std::string_view reason = {});

int timeout_ms(std::chrono::milliseconds duration);

// Asks until the answer is one that does not pass, or `within` is over; `ask` is told what is left.
template <typename Passes, typename Ask>
auto ask_again_while(Passes passes, std::chrono::milliseconds within, Ask ask) {
    constexpr std::chrono::milliseconds between{50};
    const auto deadline = std::chrono::steady_clock::now() + within;
    for (auto left = within;;) {
        auto answer = ask(left);
        left = std::chrono::floor<std::chrono::milliseconds>(deadline -
                                                             std::chrono::steady_clock::now());
        if (!passes(answer) || left <= between) {
            return answer;
        }
        std::this_thread::sleep_for(between);
    }
}

}  // namespace fiscus::log

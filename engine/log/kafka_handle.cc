#include "engine/log/kafka_handle.h"

#include <algorithm>
#include <array>
#include <future>
#include <limits>
#include <thread>
#include <utility>

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct FixedSetting {
    std::string_view name;
    std::string_view reason;
};
// What may not be passed through, because a guarantee hangs on it.
constexpr std::array fixed_settings{
    FixedSetting{"bootstrap.servers", "the brokers are given by kafka.bootstrap"},
    FixedSetting{"metadata.broker.list", "the brokers are given by kafka.bootstrap"},
    FixedSetting{"test.mock.num.brokers", "the brokers are given by kafka.bootstrap"},
    FixedSetting{"api.version.request", "older protocols know neither times nor idempotence"},
    FixedSetting{"broker.version.fallback", "older protocols know neither times nor idempotence"},
    FixedSetting{"allow.auto.create.topics", "topics are made by their plan only"},
    FixedSetting{"acks", "a record counts once all replicas in sync have it"},
    FixedSetting{"request.required.acks", "a record counts once all replicas in sync have it"},
    FixedSetting{"enable.idempotence", "without it a record could come twice or out of order"},
    FixedSetting{"enable.gapless.guarantee", "without it a lost record could leave a gap"},
    FixedSetting{"transactional.id", "outcomes are written exactly once without transactions"},
    FixedSetting{"auto.offset.reset", "a lost position must stop the reader, never move it"},
    FixedSetting{"check.crcs", "damaged records must never be applied"},
    FixedSetting{"isolation.level", "records of transactions that were taken back are no events"},
    FixedSetting{"enable.auto.commit", "positions are kept beside the state"},
    FixedSetting{"auto.commit.enable", "positions are kept beside the state"},
    FixedSetting{"enable.auto.offset.store", "positions are kept beside the state"},
    FixedSetting{"enable.partition.eof", "a reader must know that it is at the end"},
    FixedSetting{"message.max.bytes", "the topic says how large a record may be"},
    FixedSetting{"queued.max.messages.kbytes", "the memory limit of fiscus sets it"},
    FixedSetting{"queue.buffering.max.kbytes", "the memory limit of fiscus sets it"},
    FixedSetting{"message.timeout.ms", "fiscus waits that long itself"},
    FixedSetting{"delivery.timeout.ms", "fiscus waits that long itself"},
    FixedSetting{"delivery.report.only.error", "every delivery report is checked"},
    FixedSetting{"enable.ssl.certificate.verification", "anybody could answer for the broker"},
    FixedSetting{"ssl.endpoint.identification.algorithm", "anybody could answer for the broker"},
};

// Collects settings; the first one that is refused ends it.
class Settings {
public:
    Settings() : conf_(rd_kafka_conf_new()) {}
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;
    ~Settings() {
        if (conf_ != nullptr) {
            rd_kafka_conf_destroy(conf_);
        }
    }

    void set(const std::string& name, const std::string& value) {
        if (error_) {
            return;
        }
        std::array<char, 512> why{};
        if (rd_kafka_conf_set(conf_, name.c_str(), value.c_str(), why.data(), why.size()) !=
            RD_KAFKA_CONF_OK) {
            // Not the value: it may be a secret.
            error_ = Error{.code = ErrorCode::usage,
                           .what = "the Kafka setting " + name + " is refused",
                           .why = why.data(),
                           .hint = "See CONFIGURATION.md of librdkafka 2.0.2 for its settings."};
        }
    }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }
    [[nodiscard]] rd_kafka_conf_t* get() const { return conf_; }
    void release() { conf_ = nullptr; }

private:
    rd_kafka_conf_t* conf_;
    std::optional<Error> error_;
};

KafkaSignals& signals_of(void* opaque) { return *static_cast<KafkaSignals*>(opaque); }

// librdkafka warns about this at every opening; it is set on purpose (set_writer) and tested.
bool is_expected(std::string_view facility, std::string_view text) {
    return facility == "CONFWARN" &&
           text.find("enable.gapless.guarantee is experimental") != std::string_view::npos;
}

void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
    if (is_expected(facility, text)) {
        return;
    }
    signals_of(rd_kafka_opaque(handle)).message(level, std::string(facility) + ": " + text);
}

void on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
    signals_of(opaque).trouble(static_cast<rd_kafka_resp_err_t>(error), reason);
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    KafkaSignals& signals = signals_of(opaque);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= 0) {
        ++signals.delivered;
        signals.end_offset = std::max(signals.end_offset, message->offset + 1);
    } else if (signals.failed_delivery) {
        return;
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        // As a broker does that knows only that it had the record before. Claims and fences are
        // told by offsets, so the tail has to be read again.
        signals.failed_delivery = Error{
            .code = ErrorCode::log_unavailable,
            .what = "a record could not be delivered",
            .why = "the broker acknowledged it without saying at which offset",
            .hint = "Start again: the end of the partition is read, and nothing is repeated."};
    } else {
        signals.failed_delivery =
            kafka_error("a record could not be delivered", message->err, signals.reason());
    }
}

void set_common(Settings& settings, const KafkaOptions& options) {
    settings.set("bootstrap.servers", options.bootstrap);
    settings.set("client.id", "fiscus");
    settings.set("socket.keepalive.enable", "true");
    settings.set("socket.nagle.disable", "true");
    // A broker that was started again is found again within a second, not within ten.
    settings.set("reconnect.backoff.max.ms", "1000");
    // Topics exist because somebody planned them.
    settings.set("allow.auto.create.topics", "false");
}

void set_reader(Settings& settings, const KafkaOptions& options) {
    settings.set("enable.auto.commit", "false");
    settings.set("enable.auto.offset.store", "false");
    settings.set("enable.partition.eof", "true");
    settings.set("auto.offset.reset", "error");
    settings.set("check.crcs", "true");
    settings.set("isolation.level", "read_committed");
    // More than an engine takes in a second: librdkafka 2.0.2 stops fetching for a second at the
    // limit.
    settings.set("queued.min.messages", "1000000");
    settings.set("queued.max.messages.kbytes",
                 std::to_string(std::max<std::size_t>(options.read_queue_bytes_max >> 10, 1)));
    // Large fetches halve the broker's work.
    settings.set("fetch.message.max.bytes", "8388608");
    settings.set("fetch.min.bytes", std::to_string(options.fetch_bytes_min));
    settings.set("fetch.wait.max.ms", "100");
}

void set_writer(Settings& settings, const KafkaOptions& options, std::int32_t message_bytes_max) {
    settings.set("enable.idempotence", "true");
    settings.set("acks", "all");
    settings.set("enable.gapless.guarantee", "true");
    settings.set("compression.codec", "lz4");
    // sync() does not wait for it; appends that are not synced yet gather.
    settings.set("linger.ms", "5");
    settings.set("queue.buffering.max.messages", "1000000");
    settings.set("queue.buffering.max.kbytes",
                 std::to_string(std::max<std::size_t>(options.write_queue_bytes_max >> 10, 1)));
    settings.set("message.max.bytes", std::to_string(std::max(message_bytes_max, 1'000)));
    settings.set("message.timeout.ms", std::to_string(timeout_ms(options.deliver_within)));
}

Status check_settings(const KafkaOptions& options) {
    if (options.bootstrap.empty()) {
        return Error{.code = ErrorCode::usage,
                     .what = "no Kafka broker is named",
                     .why = "the list of brokers is empty",
                     .hint = "Give --kafka HOST:PORT."};
    }
    for (const auto& [name, value] : options.settings) {
        const auto* fixed = std::ranges::find(fixed_settings, name, &FixedSetting::name);
        if (fixed != fixed_settings.end()) {
            return Error{.code = ErrorCode::usage,
                         .what = "the Kafka setting " + name + " cannot be changed",
                         .why = std::string(fixed->reason),
                         .hint = "Leave it out."};
        }
    }
    return Done{};
}

}  // namespace

void KafkaSignals::message(int level, std::string_view text) const {
    if (on_message_) {
        on_message_(level, text);
    }
}

void KafkaSignals::trouble(rd_kafka_resp_err_t error, std::string_view reason) {
    const std::lock_guard guard(mutex_);
    reason_ = reason;
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL) {
        refusal_ = KafkaRefusal{error, std::string(reason)};
    }
}

void KafkaSignals::well() {
    const std::lock_guard guard(mutex_);
    reason_.clear();
    refusal_.reset();
}

std::optional<KafkaRefusal> KafkaSignals::refusal() const {
    const std::lock_guard guard(mutex_);
    return refusal_;
}

std::string KafkaSignals::reason() const {
    const std::lock_guard guard(mutex_);
    return reason_;
}

int timeout_ms(milliseconds duration) {
    return static_cast<int>(
        std::clamp<milliseconds::rep>(duration.count(), 0, std::numeric_limits<int>::max()));
}

Error kafka_error(std::string what, rd_kafka_resp_err_t error, std::string_view reason) {
    Error result{.code = ErrorCode::log_unavailable,
                 .what = std::move(what),
                 .why = rd_kafka_err2str(error),
                 .hint = "Check that the broker runs and can be reached, then start again."};
    if (!reason.empty()) {
        result.why += " (" + std::string(reason) + ")";
    }
    switch (static_cast<int>(error)) {
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            result.code = ErrorCode::log_mismatch;
            result.hint =
                "It was cut, expired or created anew since that position was stored: restore it "
                "from "
                "a copy. If it is the right one and whole, remove the state: it is rebuilt.";
            break;
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
            result.code = ErrorCode::not_found;
            result.hint = "Create the topics first: fiscus topics apply.";
            break;
        case RD_KAFKA_RESP_ERR__BAD_MSG:
        case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
        case RD_KAFKA_RESP_ERR_INVALID_MSG:
            result.code = ErrorCode::corrupt;
            result.hint = "Restore the topic from a replica or a copy.";
            break;
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
            result.code = ErrorCode::usage;
            result.hint = "Send smaller records, or raise max.message.bytes of the topic.";
            break;
        case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
            result.code = ErrorCode::usage;
            result.hint =
                "Set message.timestamp.after.max.ms of the topic as fiscus topics plan says.";
            break;
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
            result.hint =
                "Give this client the rights that it needs on the topic "
                "(docs/operations/kafka.md: Rights).";
            break;
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
            result.hint =
                "Check sasl.username and sasl.mechanisms of kafka.client, and the file "
                "kafka.password.";
            break;
        case RD_KAFKA_RESP_ERR__SSL:
            result.hint =
                "Check ssl.ca.location of kafka.client, and that the broker's certificate names "
                "the host of kafka.bootstrap.";
            break;
        case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
        case RD_KAFKA_RESP_ERR__FENCED:
            result.code = ErrorCode::fenced;
            result.hint = "Another writer took over; stop one of them.";
            break;
        default: break;
    }
    return result;
}

Result<KafkaHandle> KafkaHandle::open(const KafkaOptions& options,
                                      KafkaRole role,
                                      std::int32_t message_bytes_max,
                                      std::string_view group) {
    FISCUS_TRY(check_settings(options));
    Settings settings;
    set_common(settings, options);
    if (role == KafkaRole::writer) {
        set_writer(settings, options, message_bytes_max);
    } else {
        set_reader(settings, options);
    }
    for (const auto& [name, value] : options.settings) {
        settings.set(name, value);
    }
    if (role == KafkaRole::questions) {
        // Nobody joins it. But librdkafka 2.0.2 takes a handle without a group for one of a group
        // when a coordinator answers that it is none, and reads what is not there.
        settings.set("group.id", std::string(group));
    }
    if (settings.error()) {
        return *settings.error();
    }
    auto signals = std::make_unique<KafkaSignals>(options.on_message);
    rd_kafka_conf_set_opaque(settings.get(), signals.get());
    rd_kafka_conf_set_log_cb(settings.get(), on_log);
    rd_kafka_conf_set_error_cb(settings.get(), on_error);
    if (role == KafkaRole::writer) {
        rd_kafka_conf_set_dr_msg_cb(settings.get(), on_delivery);
    }
    std::array<char, 512> why{};
    rd_kafka_t* handle =
        rd_kafka_new(role == KafkaRole::writer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER,
                     settings.get(), why.data(), why.size());
    if (handle == nullptr) {
        return Error{.code = ErrorCode::usage,
                     .what = "the Kafka client for " + options.bootstrap + " cannot be made",
                     .why = why.data(),
                     .hint = "Check the kafka settings."};
    }
    // The handle owns the settings now.
    settings.release();
    return KafkaHandle(handle, std::move(signals), options.close_within);
}

KafkaHandle::KafkaHandle(KafkaHandle&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      signals_(std::move(other.signals_)),
      close_within_(other.close_within_) {}

KafkaHandle::~KafkaHandle() {
    if (handle_ == nullptr) {
        return;
    }
    std::promise<void> closed;
    const std::future<void> closing = closed.get_future();
    // The thread owns all that librdkafka still uses, so it may outlive this object.
    std::thread closer(
        [handle = handle_, signals = std::move(signals_), done = std::move(closed)]() mutable {
            rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
            signals.reset();
            done.set_value();
        });
    if (closing.wait_for(close_within_) == std::future_status::ready) {
        closer.join();
    } else {
        closer.detach();
    }
}

Result<KafkaTopic> KafkaHandle::topic(std::string_view name) const {
    const std::string text(name);
    KafkaTopic topic(rd_kafka_topic_new(handle_, text.c_str(), nullptr));
    if (!topic) {
        return kafka_error("topic " + text + " cannot be used", rd_kafka_last_error());
    }
    return topic;
}

}  // namespace fiscus::log

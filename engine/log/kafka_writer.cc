#include "engine/log/kafka_writer.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/last_word.h"
#include "engine/log/record_rules.h"

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Delivery reports pile up until somebody polls; this many appends lie between two polls.
constexpr std::size_t appends_per_poll = 1'024;
constexpr int full_queue_poll_ms = 10;
constexpr int flush_slice_ms = 200;

class KafkaWriter final : public Writer {
public:
    KafkaWriter(KafkaAdmin& admin,
                KafkaHandle handle,
                KafkaTopic topic,
                TopicPlan plan,
                std::int32_t partition,
                milliseconds deliver_within)
        : admin_(admin),
          plan_(std::move(plan)),
          partition_(partition),
          deliver_within_(deliver_within),
          handle_(std::move(handle)),
          topic_(std::move(topic)) {}
    ~KafkaWriter() override;
    KafkaWriter(const KafkaWriter&) = delete;
    KafkaWriter& operator=(const KafkaWriter&) = delete;

    Status append(std::span<const NewRecord> records) override;
    Result<std::int64_t> sync() override;

private:
    rd_kafka_resp_err_t produce(const NewRecord& record);
    Status append_one(const NewRecord& record);
    Status append_all(std::span<const NewRecord> records);
    Status flush();
    Status check_deliveries();
    [[nodiscard]] std::string name() const {
        return plan_.name + " partition " + std::to_string(partition_);
    }
    Error late(std::string what);

    KafkaAdmin& admin_;
    const TopicPlan plan_;
    const std::int32_t partition_;
    const milliseconds deliver_within_;
    KafkaHandle handle_;
    KafkaTopic topic_;
    std::int64_t appended_ = 0;
    std::size_t since_poll_ = 0;
    LastWord last_word_;
};

KafkaWriter::~KafkaWriter() {
    // What was not synced was never promised; without this the handle waits for the broker to take
    // it.
    rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(handle_.get(), 0);
}

Error KafkaWriter::late(std::string what) {
    return kafka_error(std::move(what), RD_KAFKA_RESP_ERR__TIMED_OUT, handle_.signals().reason());
}

// A fatal error of the idempotent producer, or the first delivery that failed.
Status KafkaWriter::check_deliveries() {
    std::array<char, 512> why{};
    const auto fatal = rd_kafka_fatal_error(handle_.get(), why.data(), why.size());
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_error(name() + " cannot be written any further", fatal, why.data());
    }
    if (handle_.signals().failed_delivery) {
        Error error = *handle_.signals().failed_delivery;
        error.what = "a record for " + name() + " could not be delivered";
        return error;
    }
    return Done{};
}

rd_kafka_resp_err_t KafkaWriter::produce(const NewRecord& record) {
    // Not null, but empty: librdkafka tells the two apart by the pointer. It only copies what it is
    // given.
    static constexpr std::byte nothing{};
    const auto part = [](rd_kafka_vtype_t kind, Bytes bytes, bool is_null) {
        rd_kafka_vu_t field{.vtype = kind, .u = {}};
        const std::byte* first = bytes.empty() ? &nothing : bytes.data();
        field.u.mem.ptr = is_null ? nullptr : const_cast<std::byte*>(first);
        field.u.mem.size = is_null ? 0 : bytes.size();
        return field;
    };
    std::array<rd_kafka_vu_t, 6> fields{};
    fields[0].vtype = RD_KAFKA_VTYPE_RKT;
    fields[0].u.rkt = topic_.get();
    fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    fields[1].u.i32 = partition_;
    fields[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[2].u.i = RD_KAFKA_MSG_F_COPY;
    fields[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    fields[3].u.i64 = record_timestamp_ms(record);
    fields[4] = part(RD_KAFKA_VTYPE_KEY, record.key, record.key_is_null);
    fields[5] = part(RD_KAFKA_VTYPE_VALUE, record.value, record.value_is_null);
    const KafkaError error(rd_kafka_produceva(handle_.get(), fields.data(), fields.size()));
    return error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
}

Status KafkaWriter::append_one(const NewRecord& record) {
    FISCUS_TRY(check_record(record, plan_));
    std::optional<steady_clock::time_point> deadline;
    for (;;) {
        const rd_kafka_resp_err_t error = produce(record);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            ++appended_;
            return Done{};
        }
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            FISCUS_TRY(check_deliveries());
            return kafka_error("a record for " + name() + " was not taken", error);
        }
        const auto now = steady_clock::now();
        if (!deadline) {
            deadline = now + deliver_within_;
        }
        if (now >= *deadline) {
            return late("the queue of " + name() + " stays full");
        }
        rd_kafka_poll(handle_.get(), full_queue_poll_ms);
        FISCUS_TRY(check_deliveries());
    }
}

Status KafkaWriter::append(std::span<const NewRecord> records) {
    return last_word_.unless_failed([&] { return append_all(records); });
}

Status KafkaWriter::append_all(std::span<const NewRecord> records) {
    for (const NewRecord& record : records) {
        FISCUS_TRY(append_one(record));
        if (++since_poll_ == appends_per_poll) {
            since_poll_ = 0;
            rd_kafka_poll(handle_.get(), 0);
            FISCUS_TRY(check_deliveries());
        }
    }
    return Done{};
}

Status KafkaWriter::flush() {
    const auto deadline = steady_clock::now() + deliver_within_;
    while (rd_kafka_flush(handle_.get(), flush_slice_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        FISCUS_TRY(check_deliveries());
        if (steady_clock::now() >= deadline) {
            return late(std::to_string(rd_kafka_outq_len(handle_.get())) + " records of " + name() +
                        " were not acknowledged");
        }
    }
    FISCUS_TRY(check_deliveries());
    if (handle_.signals().delivered != appended_) {
        return late(std::to_string(appended_ - handle_.signals().delivered) + " records of " +
                    name() + " are without a delivery report");
    }
    handle_.signals().well();
    return Done{};
}

Result<std::int64_t> KafkaWriter::sync() {
    FISCUS_TRY(last_word_.unless_failed([this] { return flush(); }));
    if (appended_ > 0) {
        return handle_.signals().end_offset;
    }
    FISCUS_ASSIGN(const Extent extent, admin_.extent(plan_.name, partition_));
    return extent.end;
}

}  // namespace

Result<std::unique_ptr<Writer>> open_kafka_writer(KafkaAdmin& admin,
                                                  const KafkaOptions& options,
                                                  std::string_view topic,
                                                  std::int32_t partition) {
    FISCUS_ASSIGN(const std::optional<TopicInfo> found, admin.describe(topic));
    if (!found) {
        return topic_unknown(topic);
    }
    if (partition < 0 || partition >= found->plan.partitions) {
        return partition_unknown(topic, partition, found->plan.partitions);
    }
    FISCUS_ASSIGN(KafkaHandle handle,
                  KafkaHandle::open(options, KafkaRole::writer, found->plan.max_message_bytes));
    FISCUS_ASSIGN(KafkaTopic opened, handle.topic(topic));
    return std::unique_ptr<Writer>(
        std::make_unique<KafkaWriter>(admin, std::move(handle), std::move(opened), found->plan,
                                      partition, options.deliver_within));
}

}  // namespace fiscus::log

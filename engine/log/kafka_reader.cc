#include "engine/log/kafka_reader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "engine/log/record_rules.h"
#include "engine/log/segment.h"

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Messages taken from librdkafka in one call; more gains nothing.
constexpr std::size_t batch_max = 10'000;

class KafkaReader final : public Reader {
public:
    KafkaReader(KafkaAdmin& admin,
                KafkaHandle handle,
                KafkaTopic topic,
                std::string name,
                std::int32_t partition,
                milliseconds patience)
        : admin_(admin),
          name_(std::move(name)),
          partition_(partition),
          patience_(patience),
          handle_(std::move(handle)),
          topic_(std::move(topic)) {}
    ~KafkaReader() override {
        stop();
        give_back();
    }
    KafkaReader(const KafkaReader&) = delete;
    KafkaReader& operator=(const KafkaReader&) = delete;

    Result<std::span<const Record>> read(std::size_t records_max, milliseconds wait) override;
    Status seek(std::int64_t offset) override;
    [[nodiscard]] std::int64_t position() const override { return next_offset_; }

private:
    void stop();
    void give_back();
    std::size_t take(std::size_t messages_max, milliseconds wait);
    Result<std::span<const Record>> hand_out();
    void align_values();
    Status check_brokers();
    Error failure(const rd_kafka_message_t& message);

    KafkaAdmin& admin_;
    const std::string name_;
    const std::int32_t partition_;
    const milliseconds patience_;
    KafkaHandle handle_;
    KafkaTopic topic_;
    // Of the present position; a new one for each seek, so that nothing of the old position is left
    // in it.
    KafkaQueue queue_;
    std::int64_t next_offset_ = 0;
    // When records came last, or the broker answered.
    steady_clock::time_point heard_;
    std::vector<rd_kafka_message_t*> messages_;
    std::vector<Record> records_;
    // Copies of the values that did not begin at a multiple of eight.
    std::vector<std::uint64_t> aligned_;
    std::optional<Error> dead_;
};

void KafkaReader::stop() {
    if (queue_) {
        rd_kafka_consume_stop(topic_.get(), partition_);
        queue_.reset();
    }
}

void KafkaReader::give_back() {
    for (rd_kafka_message_t* message : messages_) {
        rd_kafka_message_destroy(message);
    }
    messages_.clear();
    records_.clear();
}

Status KafkaReader::seek(std::int64_t offset) {
    FISCUS_ASSIGN(const Extent extent, admin_.extent(name_, partition_));
    if (offset < extent.first || offset > extent.end) {
        return outside_extent(name_ + " partition " + std::to_string(partition_), offset, extent);
    }
    give_back();
    stop();
    queue_.reset(rd_kafka_queue_new(handle_.get()));
    if (rd_kafka_consume_start_queue(topic_.get(), partition_, offset, queue_.get()) != 0) {
        queue_.reset();
        return kafka_error(name_ + " partition " + std::to_string(partition_) + " cannot be read",
                           rd_kafka_last_error());
    }
    next_offset_ = offset;
    heard_ = steady_clock::now();
    dead_.reset();
    return Done{};
}

// With a time limit librdkafka waits until the batch is full, so waiting is for the first message
// only.
std::size_t KafkaReader::take(std::size_t messages_max, milliseconds wait) {
    messages_.resize(std::min(messages_max, batch_max));
    ssize_t count =
        rd_kafka_consume_batch_queue(queue_.get(), 0, messages_.data(), messages_.size());
    if (count == 0 && wait.count() > 0 && !messages_.empty()) {
        count = rd_kafka_consume_batch_queue(queue_.get(), timeout_ms(wait), messages_.data(), 1);
        if (count == 1) {
            const ssize_t more = rd_kafka_consume_batch_queue(queue_.get(), 0, messages_.data() + 1,
                                                              messages_.size() - 1);
            count += std::max<ssize_t>(more, 0);
        }
    }
    messages_.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return messages_.size();
}

Error KafkaReader::failure(const rd_kafka_message_t& message) {
    const char* reason = rd_kafka_message_errstr(&message);
    return kafka_error(name_ + " partition " + std::to_string(partition_) +
                           " cannot be read from offset " + std::to_string(next_offset_),
                       message.err, reason == nullptr ? "" : reason);
}

// Nobody tells whether there is nothing to read or nobody to read from: what librdkafka reports
// once, when the last broker goes away, may be older than the records that it still gives. So after
// a while of silence the admin handle asks.
Status KafkaReader::check_brokers() {
    if (steady_clock::now() - heard_ < patience_) {
        return Done{};
    }
    FISCUS_ASSIGN(const Extent extent, admin_.extent(name_, partition_));
    heard_ = steady_clock::now();
    handle_.signals().well();
    if (next_offset_ > extent.end) {
        return outside_extent(name_ + " partition " + std::to_string(partition_), next_offset_,
                              extent);
    }
    return Done{};
}

Result<std::span<const Record>> KafkaReader::read(std::size_t records_max, milliseconds wait) {
    if (dead_) {
        return *dead_;
    }
    give_back();
    const auto deadline = steady_clock::now() + wait;
    for (;;) {
        // Serves the callbacks; the messages come over the queue.
        rd_kafka_poll(handle_.get(), 0);
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (take(records_max, std::max(left, left.zero())) > 0) {
            auto records = hand_out();
            // Nothing of use: an error that librdkafka reports and gets over by itself.
            if (!records.ok() || !records.value().empty()) {
                return records;
            }
        }
        if (steady_clock::now() >= deadline) {
            break;
        }
    }
    auto brokers = check_brokers();
    if (!brokers.ok()) {
        dead_ = std::move(brokers).error();
        return *dead_;
    }
    return std::span<const Record>();
}

Result<std::span<const Record>> KafkaReader::hand_out() {
    records_.clear();
    for (const rd_kafka_message_t* message : messages_) {
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            // The end for now; what lies between the last record and here are markers of
            // transactions.
            next_offset_ = std::max(next_offset_, message->offset);
            continue;
        }
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            dead_ = failure(*message);
            break;
        }
        if (message->offset < next_offset_) {
            // The front of a batch that begins before the position.
            continue;
        }
        rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        const std::int64_t timestamp_ms = rd_kafka_message_timestamp(message, &kind);
        const auto* key = static_cast<const std::byte*>(message->key);
        const auto* value = static_cast<const std::byte*>(message->payload);
        records_.push_back({.offset = message->offset,
                            .timestamp_us = read_timestamp_us(timestamp_ms),
                            .key = Bytes(key, key == nullptr ? 0 : message->key_len),
                            .value = Bytes(value, value == nullptr ? 0 : message->len),
                            .key_is_null = key == nullptr,
                            .value_is_null = value == nullptr});
        next_offset_ = message->offset + 1;
    }
    if (records_.empty()) {
        give_back();
        return dead_ ? Result<std::span<const Record>>(*dead_) : std::span<const Record>();
    }
    heard_ = steady_clock::now();
    handle_.signals().well();
    align_values();
    return std::span<const Record>(records_);
}

void KafkaReader::align_values() {
    const auto crooked = [](const Record& record) {
        return reinterpret_cast<std::uintptr_t>(record.value.data()) % alignof(std::uint64_t) != 0;
    };
    std::size_t words = 0;
    for (const Record& record : records_) {
        words += crooked(record) ? padded(record.value.size()) / 8 : 0;
    }
    if (aligned_.size() < words) {
        aligned_ = std::vector<std::uint64_t>(words);
    }
    std::uint64_t* at = aligned_.data();
    for (Record& record : records_) {
        if (record.value.empty()) {
            record.value = {};
        } else if (crooked(record)) {
            std::memcpy(at, record.value.data(), record.value.size());
            record.value = std::as_bytes(std::span(at, padded(record.value.size()) / 8))
                               .first(record.value.size());
            at += padded(record.value.size()) / 8;
        }
    }
}

}  // namespace

Result<std::unique_ptr<Reader>> open_kafka_reader(KafkaAdmin& admin,
                                                  const KafkaOptions& options,
                                                  std::string_view topic,
                                                  std::int32_t partition,
                                                  std::int64_t offset) {
    // First, so that a topic that does not exist is not waited for.
    FISCUS_TRY(admin.extent(topic, partition));
    FISCUS_ASSIGN(KafkaHandle handle, KafkaHandle::open(options, KafkaRole::reader, 0));
    FISCUS_ASSIGN(KafkaTopic opened, handle.topic(topic));
    auto reader =
        std::make_unique<KafkaReader>(admin, std::move(handle), std::move(opened),
                                      std::string(topic), partition, options.answer_within);
    FISCUS_TRY(reader->seek(offset));
    return std::unique_ptr<Reader>(std::move(reader));
}

}  // namespace fiscus::log

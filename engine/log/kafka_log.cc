#include "engine/log/kafka_log.h"

#include <string>
#include <utility>

#include "engine/log/kafka_admin.h"
#include "engine/log/kafka_reader.h"
#include "engine/log/kafka_writer.h"

namespace fiscus::log {
namespace {

class KafkaLog final : public Log {
public:
    KafkaLog(KafkaHandle handle, KafkaOptions options)
        : options_(std::move(options)), admin_(std::move(handle), options_) {}

    Result<std::string> identity() override { return admin_.cluster_identity(); }
    Result<std::optional<TopicInfo>> describe(std::string_view topic) override {
        return admin_.describe(topic);
    }
    Status create(std::span<const TopicPlan> plans) override { return admin_.create(plans); }
    Result<Extent> extent(std::string_view topic, std::int32_t partition) override {
        return admin_.extent(topic, partition);
    }
    Result<std::unique_ptr<Reader>> reader(std::string_view topic,
                                           std::int32_t partition,
                                           std::int64_t offset) override {
        return open_kafka_reader(admin_, options_, topic, partition, offset);
    }
    Result<std::unique_ptr<Writer>> writer(std::string_view topic,
                                           std::int32_t partition) override {
        return open_kafka_writer(admin_, options_, topic, partition);
    }
    Status put_note(std::string_view topic,
                    std::int32_t partition,
                    std::string_view name,
                    const Note& note) override {
        return admin_.put_note(topic, partition, name, note);
    }
    Result<std::optional<Note>> note(std::string_view topic,
                                     std::int32_t partition,
                                     std::string_view name) override {
        return admin_.note(topic, partition, name);
    }

private:
    const KafkaOptions options_;
    KafkaAdmin admin_;
};

}  // namespace

Result<std::unique_ptr<Log>> open_kafka_log(KafkaOptions options) {
    FISCUS_ASSIGN(KafkaHandle handle, KafkaHandle::open(options, KafkaRole::questions, 0));
    auto log = std::make_unique<KafkaLog>(std::move(handle), std::move(options));
    FISCUS_TRY(log->identity());
    return std::unique_ptr<Log>(std::move(log));
}

}  // namespace fiscus::log

// Aim: the Kafka adapter does what every log must. Method: the shared suite against the broker of
// FISCUS_TEST_KAFKA, each test with a topic of its own.
#include "tests/kafka/support.h"
#include "tests/unit/log/conformance.h"

namespace fiscus::log {
namespace {

class KafkaStorage final : public Storage {
public:
    KafkaStorage() : log_(opened()) {}

    Log& log() override { return *log_; }
    std::unique_ptr<Log> other_log() override { return opened(); }
    std::string topic() override { return topic_; }
    [[nodiscard]] bool usable() const { return log_ != nullptr; }

private:
    std::unique_ptr<Log> log_;
    const std::string topic_ = fresh_topic();
};

std::unique_ptr<Storage> kafka_storage() {
    auto storage = std::make_unique<KafkaStorage>();
    return storage->usable() ? std::move(storage) : nullptr;
}

INSTANTIATE_TEST_SUITE_P(Logs,
                         LogConformance,
                         testing::Values(StorageMaker{"Kafka", kafka_storage}),
                         [](const auto& made) { return made.param.name; });

}  // namespace
}  // namespace fiscus::log

// Aim: no setting that passes through takes a guarantee away, and an acknowledgement that does not
// say where the record is is not believed. Method: settings that are refused before anybody is
// asked; the mock brokers of librdkafka, which answer as they are told.
#include "engine/log/kafka_handle.h"

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka_mock.h>

#include "tests/unit/log/conformance.h"

namespace fiscus::log {
namespace {

constexpr std::int16_t produce_request = 0;
constexpr int flush_ms = 20'000;

TEST(KafkaClient, SettingsThatAGuaranteeHangsOnAreRefused) {
    for (const char* name : {"acks",
                             "request.required.acks",
                             "enable.idempotence",
                             "enable.gapless.guarantee",
                             "transactional.id",
                             "isolation.level",
                             "auto.offset.reset",
                             "check.crcs",
                             "enable.auto.commit",
                             "auto.commit.enable",
                             "enable.auto.offset.store",
                             "enable.partition.eof",
                             "allow.auto.create.topics",
                             "api.version.request",
                             "broker.version.fallback",
                             "test.mock.num.brokers",
                             "bootstrap.servers",
                             "metadata.broker.list",
                             "enable.ssl.certificate.verification",
                             "ssl.endpoint.identification.algorithm",
                             "message.max.bytes",
                             "delivery.report.only.error"}) {
        const auto refused = open_kafka_log({.bootstrap = "127.0.0.1:1",
                                             .settings = {{name, "1"}},
                                             .answer_within = std::chrono::milliseconds(100)});
        ASSERT_TRUE(failed_with(refused, ErrorCode::usage)) << name;
        EXPECT_NE(refused.error().what.find(name), std::string::npos) << refused.error().text();
        EXPECT_NE(refused.error().what.find("cannot be changed"), std::string::npos);
        EXPECT_FALSE(refused.error().why.empty());
    }
}

class KafkaDelivery : public testing::Test {
protected:
    void SetUp() override {
        owner_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, nullptr, nullptr, 0));
        ASSERT_TRUE(owner_ != nullptr);
        cluster_.reset(rd_kafka_mock_cluster_new(owner_.get(), 1));
        ASSERT_TRUE(cluster_ != nullptr);
        ASSERT_EQ(rd_kafka_mock_topic_create(cluster_.get(), "t", 1, 1),
                  RD_KAFKA_RESP_ERR_NO_ERROR);
        auto handle =
            KafkaHandle::open({.bootstrap = rd_kafka_mock_cluster_bootstraps(cluster_.get())},
                              KafkaRole::writer, 1 << 20);
        ASSERT_TRUE(succeeded(handle));
        writer_ = std::make_unique<KafkaHandle>(std::move(handle).value());
    }

    void send() const {
        std::string value = "v";
        const auto topic = writer_->topic("t");
        ASSERT_TRUE(succeeded(topic));
        ASSERT_EQ(rd_kafka_produce(topic.value().get(), 0, RD_KAFKA_MSG_F_COPY, value.data(),
                                   value.size(), nullptr, 0, nullptr),
                  0);
        ASSERT_EQ(rd_kafka_flush(writer_->get(), flush_ms), RD_KAFKA_RESP_ERR_NO_ERROR);
    }

    KafkaOwner<rd_kafka_t, rd_kafka_destroy> owner_;
    KafkaOwner<rd_kafka_mock_cluster_t, rd_kafka_mock_cluster_destroy> cluster_;
    std::unique_ptr<KafkaHandle> writer_;
};

TEST_F(KafkaDelivery, CountsWhatWasAcknowledgedWithItsOffset) {
    send();
    send();
    EXPECT_FALSE(writer_->signals().failed_delivery.has_value());
    EXPECT_EQ(writer_->signals().delivered, 2);
    EXPECT_EQ(writer_->signals().end_offset, 2);
}

// An idempotent producer takes "I have it already" for success, but nobody says where it is.
TEST_F(KafkaDelivery, DoesNotBelieveAnAcknowledgementWithoutAnOffset) {
    send();
    rd_kafka_mock_push_request_errors(cluster_.get(), produce_request, 1,
                                      RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
    send();
    ASSERT_TRUE(writer_->signals().failed_delivery.has_value());
    const Error& error = *writer_->signals().failed_delivery;
    EXPECT_EQ(error.code, ErrorCode::log_unavailable);
    EXPECT_NE(error.why.find("offset"), std::string::npos) << error.text();
    EXPECT_FALSE(error.hint.empty());
    EXPECT_EQ(writer_->signals().delivered, 1);
}

}  // namespace
}  // namespace fiscus::log

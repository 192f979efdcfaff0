#include "tests/kafka/support.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <signal.h>
#include <unistd.h>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "tests/support/wait.h"

namespace fiscus::log {
namespace {

constexpr int answer_ms = 20'000;

// Asks a broker one administrative thing and checks that it was done.
void administer(const std::string& broker,
                const std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>& ask) {
    std::array<char, 512> why{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    ASSERT_EQ(rd_kafka_conf_set(conf, "bootstrap.servers", broker.c_str(), why.data(), why.size()),
              RD_KAFKA_CONF_OK)
        << why.data();
    rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why.data(), why.size());
    ASSERT_NE(handle, nullptr) << why.data();
    rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
    ask(handle, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, answer_ms);
    EXPECT_NE(event, nullptr) << "the broker did not answer";
    if (event != nullptr) {
        EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR)
            << rd_kafka_event_error_string(event);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(handle);
}

// What scripts/kafka says of the brokers in a folder.
std::string kafka(const std::string& command, const std::filesystem::path& folder) {
    const char* source = std::getenv("FISCUS_SOURCE_DIR");
    if (source == nullptr) {
        ADD_FAILURE() << "FISCUS_SOURCE_DIR is not set: run this test with ctest";
        return {};
    }
    const std::string line = "'" + std::string(source) + "/scripts/kafka' " + command + " --dir '" +
                             folder.string() + "'";
    FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) {
        ADD_FAILURE() << "cannot run " << line;
        return {};
    }
    std::string output;
    std::array<char, 256> part{};
    while (std::fgets(part.data(), part.size(), pipe) != nullptr) {
        output += part.data();
    }
    EXPECT_EQ(::pclose(pipe), 0) << line;
    while (!output.empty() && output.back() == '\n') {
        output.pop_back();
    }
    return output;
}

// To the broker of a folder, if it runs.
void signal_broker(const std::filesystem::path& folder, int number) {
    std::ifstream file(folder / "pid");
    pid_t process = 0;
    if (file >> process && process > 1) {
        ::kill(process, number);
    }
}

void kill_broker(const std::filesystem::path& folder) {
    signal_broker(folder, SIGKILL);
    // Takes note that it is gone.
    kafka("down", folder);
}

}  // namespace

std::string broker_address() {
    const char* address = std::getenv("FISCUS_TEST_KAFKA");
    if (address == nullptr || *address == '\0') {
        ADD_FAILURE() << "this test needs a broker: start one with `scripts/kafka up` and set "
                         "FISCUS_TEST_KAFKA to the address that it prints";
        return {};
    }
    return address;
}

std::string fresh_topic() {
    static std::atomic<int> number{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    return "test-" + std::to_string(::getpid()) + "-" + std::to_string(now) + "-" +
           std::to_string(++number);
}

std::unique_ptr<Log> opened(const KafkaOptions& options) {
    auto log = open_kafka_log(options);
    EXPECT_TRUE(succeeded(log));
    return log.ok() ? std::move(log).value() : nullptr;
}

Status create(Log& log, const TopicPlan& plan) {
    const std::vector plans{plan};
    return log.create(plans);
}

Result<std::int64_t> write(Log& log,
                           const std::string& topic,
                           std::size_t count,
                           const std::string& prefix) {
    FISCUS_ASSIGN(auto writer, log.writer(topic, 0));
    for (std::size_t i = 0; i < count; ++i) {
        const std::string value = prefix + std::to_string(i);
        const std::array record{NewRecord{.timestamp_us = 1'760'000'000'000'000,
                                          .value = as_byte_span(value),
                                          .key_is_null = true}};
        FISCUS_TRY(writer->append(record));
    }
    return writer->sync();
}

void write_stamped(const std::string& broker,
                   const std::string& topic,
                   std::int64_t timestamp_ms,
                   const std::string& value) {
    std::array<char, 512> why{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    ASSERT_EQ(rd_kafka_conf_set(conf, "bootstrap.servers", broker.c_str(), why.data(), why.size()),
              RD_KAFKA_CONF_OK);
    rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    ASSERT_NE(handle, nullptr) << why.data();
    std::string key = "7";
    std::string bytes = value;
    std::array<rd_kafka_vu_t, 6> fields{};
    fields[0] = {.vtype = RD_KAFKA_VTYPE_TOPIC, .u = {.cstr = topic.c_str()}};
    fields[1] = {.vtype = RD_KAFKA_VTYPE_PARTITION, .u = {.i32 = 0}};
    fields[2] = {.vtype = RD_KAFKA_VTYPE_KEY, .u = {.mem = {key.data(), key.size()}}};
    fields[3] = {.vtype = RD_KAFKA_VTYPE_VALUE, .u = {.mem = {bytes.data(), bytes.size()}}};
    fields[4] = {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u = {.i = RD_KAFKA_MSG_F_COPY}};
    fields[5] = {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u = {.i64 = timestamp_ms}};
    EXPECT_EQ(rd_kafka_produceva(handle, fields.data(), fields.size()), nullptr);
    EXPECT_EQ(rd_kafka_flush(handle, answer_ms), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(handle);
}

void write_in_transaction(const std::string& broker, const std::string& topic, std::size_t count) {
    std::array<char, 512> why{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const std::string id = "test-" + topic;
    ASSERT_EQ(rd_kafka_conf_set(conf, "bootstrap.servers", broker.c_str(), why.data(), why.size()),
              RD_KAFKA_CONF_OK);
    ASSERT_EQ(rd_kafka_conf_set(conf, "transactional.id", id.c_str(), why.data(), why.size()),
              RD_KAFKA_CONF_OK);
    rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    ASSERT_NE(handle, nullptr) << why.data();
    rd_kafka_topic_t* opened_topic = rd_kafka_topic_new(handle, topic.c_str(), nullptr);
    EXPECT_EQ(rd_kafka_init_transactions(handle, answer_ms), nullptr);
    EXPECT_EQ(rd_kafka_begin_transaction(handle), nullptr);
    std::string value = "in a transaction";
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(rd_kafka_produce(opened_topic, 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                                   nullptr, 0, nullptr),
                  0);
    }
    EXPECT_EQ(rd_kafka_commit_transaction(handle, answer_ms), nullptr);
    rd_kafka_topic_destroy(opened_topic);
    rd_kafka_destroy(handle);
}

void delete_topic(const std::string& broker, const std::string& topic) {
    administer(broker, [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(topic.c_str());
        rd_kafka_DeleteTopics(handle, &request, 1, nullptr, queue);
        rd_kafka_DeleteTopic_destroy(request);
    });
    // Until every part of the broker knows.
    const auto log = opened({.bootstrap = broker});
    EXPECT_TRUE(support::wait_until(
        [&] {
            const auto found = log->describe(topic);
            return found.ok() && !found.value().has_value();
        },
        patience))
        << "the topic does not go away";
}

void delete_records_before(const std::string& broker,
                           const std::string& topic,
                           std::int64_t offset) {
    administer(broker, [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(offsets, topic.c_str(), 0)->offset = offset;
        rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(offsets);
        rd_kafka_DeleteRecords(handle, &request, 1, nullptr, queue);
        rd_kafka_DeleteRecords_destroy(request);
        rd_kafka_topic_partition_list_destroy(offsets);
    });
}

void change_settings(const std::string& broker,
                     const std::string& topic,
                     const std::map<std::string, std::string>& settings) {
    administer(broker, [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        rd_kafka_ConfigResource_t* resource =
            rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
        for (const auto& [name, value] : settings) {
            rd_kafka_ConfigResource_set_config(resource, name.c_str(), value.c_str());
        }
        rd_kafka_AlterConfigs(handle, &resource, 1, nullptr, queue);
        rd_kafka_ConfigResource_destroy(resource);
    });
}

void add_partitions(const std::string& broker, const std::string& topic, std::size_t count) {
    administer(broker, [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        std::array<char, 512> why{};
        rd_kafka_NewPartitions_t* request =
            rd_kafka_NewPartitions_new(topic.c_str(), count, why.data(), why.size());
        ASSERT_NE(request, nullptr) << why.data();
        rd_kafka_CreatePartitions(handle, &request, 1, nullptr, queue);
        rd_kafka_NewPartitions_destroy(request);
    });
}

OwnBroker::OwnBroker(std::uint16_t proxy) {
    address_ = kafka("up --port 0" + (proxy == 0 ? "" : " --proxy " + std::to_string(proxy)),
                     directory_.path() / "broker");
    EXPECT_FALSE(address_.empty()) << "the broker did not start";
}

OwnBroker::~OwnBroker() {
    thaw();
    kafka("erase", directory_.path() / "broker");
}

std::uint16_t OwnBroker::port_behind_proxy() const {
    // As scripts/kafka numbers them: its own, the controller's, this one.
    const auto own = std::strtoul(address_.substr(address_.find(':') + 1).c_str(), nullptr, 10);
    return static_cast<std::uint16_t>(own + 2);
}

void OwnBroker::start() { EXPECT_EQ(kafka("up", directory_.path() / "broker"), address_); }

void OwnBroker::stop() { kafka("down", directory_.path() / "broker"); }

void OwnBroker::kill() { kill_broker(directory_.path() / "broker"); }

void OwnBroker::freeze() { signal_broker(directory_.path() / "broker", SIGSTOP); }

void OwnBroker::thaw() { signal_broker(directory_.path() / "broker", SIGCONT); }

OwnCluster::OwnCluster()
    : address_(kafka("up --nodes " + std::to_string(nodes), directory_.path() / "cluster")) {
    EXPECT_FALSE(address_.empty()) << "the cluster did not start";
}

OwnCluster::~OwnCluster() {
    for (int node = 1; node <= nodes; ++node) {
        thaw(node);
    }
    kafka("erase", directory_.path() / "cluster");
}

std::filesystem::path OwnCluster::folder(int node) const {
    return directory_.path() / "cluster" / std::to_string(node);
}

void OwnCluster::start(int node) const { EXPECT_NE(kafka("up", folder(node)), ""); }

void OwnCluster::kill(int node) const { kill_broker(folder(node)); }

void OwnCluster::freeze(int node) const { signal_broker(folder(node), SIGSTOP); }

void OwnCluster::thaw(int node) const { signal_broker(folder(node), SIGCONT); }

void OwnCluster::lose_disk(int node) const {
    EXPECT_GT(std::filesystem::remove_all(folder(node) / "data"), 0U);
}

}  // namespace fiscus::log

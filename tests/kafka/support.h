// What the tests against a real broker share: the broker that the run was given, brokers of a
// test's own, and the few things that only a test does to a topic. Fails the test, with what to do,
// where there is no broker; it never skips.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "engine/log/kafka_log.h"
#include "tests/unit/log/local_storage.h"

namespace fiscus::log {

// 127.0.0.1:PORT of FISCUS_TEST_KAFKA; fails the test and is empty if that is not set.
std::string broker_address();
// A topic name that no other test and no other run uses.
std::string fresh_topic();
// A Log on the broker; fails the test where that is not possible.
std::unique_ptr<Log> opened(const KafkaOptions& options);
inline std::unique_ptr<Log> opened() { return opened({.bootstrap = broker_address()}); }

// Creates the plan, appends values without keys, syncs; the writer's result or the first error.
Status create(Log& log, const TopicPlan& plan);
Result<std::int64_t> write(Log& log,
                           const std::string& topic,
                           std::size_t count,
                           const std::string& prefix);

// A record as a client that is not ours may stamp it, for topics that keep the publisher's stamps.
void write_stamped(const std::string& broker,
                   const std::string& topic,
                   std::int64_t timestamp_ms,
                   const std::string& value);

// A platform that publishes in transactions: its commit takes an offset that no record has.
void write_in_transaction(const std::string& broker, const std::string& topic, std::size_t count);

// What an operator may do to a topic behind our back.
void delete_topic(const std::string& broker, const std::string& topic);
void delete_records_before(const std::string& broker,
                           const std::string& topic,
                           std::int64_t offset);
// These settings, and the broker's defaults for all others.
void change_settings(const std::string& broker,
                     const std::string& topic,
                     const std::map<std::string, std::string>& settings);

void add_partitions(const std::string& broker, const std::string& topic, std::size_t count);

// A broker of the test's own, in a directory of its own, stopped with the test.
class OwnBroker {
public:
    // `proxy`: those who come through it find the proxy's port as the broker's.
    explicit OwnBroker(std::uint16_t proxy = 0);
    OwnBroker(const OwnBroker&) = delete;
    OwnBroker& operator=(const OwnBroker&) = delete;
    ~OwnBroker();

    [[nodiscard]] const std::string& address() const { return address_; }
    // Where a proxy has to lead to.
    [[nodiscard]] std::uint16_t port_behind_proxy() const;
    // What it keeps: a folder for each partition.
    [[nodiscard]] std::filesystem::path data() const {
        return directory_.path() / "broker" / "data";
    }
    // On the same port with the same data; nothing if it runs.
    void start();
    void stop();
    void kill();
    // Freezes the process and lets it go on.
    void freeze();
    void thaw();

private:
    TemporaryDirectory directory_;
    std::string address_;
};

// Three of them, which keep three replicas of each topic; two must have a record.
class OwnCluster {
public:
    static constexpr int nodes = 3;

    OwnCluster();
    OwnCluster(const OwnCluster&) = delete;
    OwnCluster& operator=(const OwnCluster&) = delete;
    ~OwnCluster();

    // All of them.
    [[nodiscard]] const std::string& address() const { return address_; }
    // Node 1, 2 or 3. start() returns when it takes part, for which two have to run.
    void start(int node) const;
    void kill(int node) const;
    void freeze(int node) const;
    void thaw(int node) const;
    // Of one that was killed: its disk is another one, and empty.
    void lose_disk(int node) const;

private:
    [[nodiscard]] std::filesystem::path folder(int node) const;

    TemporaryDirectory directory_;
    std::string address_;
};

}  // namespace fiscus::log

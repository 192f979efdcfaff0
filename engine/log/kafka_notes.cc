// Notes in Kafka: the position that a consumer group of the note's name commits for the partition,
// with the text as its metadata. Nobody ever joins such a group, and no reader starts from its
// position; but every tool that shows how far groups are behind shows it.
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "engine/log/kafka_admin.h"
#include "engine/log/record_rules.h"

namespace fiscus::log {
namespace {

using Partitions =
    KafkaOwner<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using AlterOffsets =
    KafkaOwner<rd_kafka_AlterConsumerGroupOffsets_t, rd_kafka_AlterConsumerGroupOffsets_destroy>;
using ListOffsets =
    KafkaOwner<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy>;

// Who waits for a sign of life cannot wait as long as for an answer that counts.
constexpr std::chrono::milliseconds note_within{3'000};
constexpr std::chrono::milliseconds ask_again{50};

// The first note of all makes the brokers look for somebody to keep it.
template <typename Ask>
auto patiently(Ask ask) {
    const auto deadline = std::chrono::steady_clock::now() + note_within;
    for (;;) {
        auto answer = ask();
        if (answer.ok() || answer.error().code != ErrorCode::log_unavailable ||
            std::chrono::steady_clock::now() >= deadline) {
            return answer;
        }
        std::this_thread::sleep_for(ask_again);
    }
}

Partitions one_partition(std::string_view topic, std::int32_t partition) {
    Partitions partitions(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(partitions.get(), std::string(topic).c_str(), partition);
    return partitions;
}

// The one partition of the one group, or what was wrong with either.
Result<const rd_kafka_topic_partition_t*> only_partition(const rd_kafka_group_result_t** groups,
                                                         std::size_t count,
                                                         const std::string& what) {
    if (count != 1) {
        return kafka_error(what, RD_KAFKA_RESP_ERR__BAD_MSG);
    }
    if (const rd_kafka_error_t* const error = rd_kafka_group_result_error(groups[0])) {
        return kafka_error(what, rd_kafka_error_code(error), rd_kafka_error_string(error));
    }
    const auto* const partitions = rd_kafka_group_result_partitions(groups[0]);
    if (partitions == nullptr || partitions->cnt != 1) {
        return kafka_error(what, RD_KAFKA_RESP_ERR__BAD_MSG);
    }
    const rd_kafka_topic_partition_t* const only = &partitions->elems[0];
    if (only->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_error(what, only->err);
    }
    return only;
}

}  // namespace

Status KafkaAdmin::put_note(std::string_view topic,
                            std::int32_t partition,
                            std::string_view name,
                            const Note& note) {
    FISCUS_TRY(check_note(name, note));
    return patiently([&] { return commit(topic, partition, std::string(name), note); });
}

Status KafkaAdmin::commit(std::string_view topic,
                          std::int32_t partition,
                          const std::string& group,
                          const Note& note) {
    const Partitions partitions = one_partition(topic, partition);
    rd_kafka_topic_partition_t& place = partitions->elems[0];
    place.offset = note.position;
    // librdkafka frees what it finds there, with the free of the C library.
    place.metadata = ::strndup(note.text.data(), note.text.size());
    place.metadata_size = note.text.size();
    const AlterOffsets asked(
        rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), partitions.get()));
    const std::string what = "the note " + group + " cannot be left with the broker";
    FISCUS_ASSIGN(const KafkaEvent event,
                  ask(
                      RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS,
                      [&](rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
                          rd_kafka_AlterConsumerGroupOffsets_t* one = asked.get();
                          rd_kafka_AlterConsumerGroupOffsets(handle_.get(), &one, 1, admin, queue);
                      },
                      what, note_within));
    std::size_t count = 0;
    const rd_kafka_group_result_t** groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
        rd_kafka_event_AlterConsumerGroupOffsets_result(event.get()), &count);
    FISCUS_TRY(only_partition(groups, count, what));
    return Done{};
}

Result<std::optional<Note>> KafkaAdmin::note(std::string_view topic,
                                             std::int32_t partition,
                                             std::string_view name) {
    FISCUS_TRY(check_note(name, {}));
    return patiently([&] { return committed(topic, partition, std::string(name)); });
}

Result<std::optional<Note>> KafkaAdmin::committed(std::string_view topic,
                                                  std::int32_t partition,
                                                  const std::string& group) {
    const Partitions partitions = one_partition(topic, partition);
    const ListOffsets asked(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), partitions.get()));
    const std::string what = "the note " + group + " cannot be asked for";
    FISCUS_ASSIGN(const KafkaEvent event,
                  ask(
                      RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
                      [&](rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
                          rd_kafka_ListConsumerGroupOffsets_t* one = asked.get();
                          rd_kafka_ListConsumerGroupOffsets(handle_.get(), &one, 1, admin, queue);
                      },
                      what, note_within));
    std::size_t count = 0;
    const rd_kafka_group_result_t** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
    FISCUS_ASSIGN(const rd_kafka_topic_partition_t* const place,
                  only_partition(groups, count, what));
    if (place->offset < 0) {
        return std::optional<Note>();
    }
    const auto* const text = static_cast<const char*>(place->metadata);
    return std::optional<Note>(
        Note{.position = place->offset,
             .text = text == nullptr ? std::string() : std::string(text, place->metadata_size)});
}

}  // namespace fiscus::log

// Notes in Kafka: the position that a consumer group of the note's name commits for the partition,
// with the text as its metadata. Nobody ever joins such a group, and no reader starts from its
// position; but every tool that shows how far groups are behind shows it. Each group has a handle
// of its own: what librdkafka offers to ask for any group (AlterConsumerGroupOffsets and the like)
// uses memory that it has freed when the coordinator goes away meanwhile, and ends the process (its
// pull request 5397).
#include <cstring>
#include <string>
#include <utility>

#include "engine/log/kafka_admin.h"
#include "engine/log/record_rules.h"

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;
using Partitions =
    KafkaOwner<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;

// Who waits for a sign of life cannot wait as long as for an answer that counts.
constexpr milliseconds note_within{3'000};

// The first note of all makes the brokers look for somebody to keep it.
template <typename Ask>
auto patiently(Ask ask) {
    const auto passes = [](const auto& answer) {
        return !answer.ok() && answer.error().code == ErrorCode::log_unavailable;
    };
    return ask_again_while(passes, note_within, [&](milliseconds) { return ask(); });
}

Partitions one_partition(std::string_view topic, std::int32_t partition) {
    Partitions partitions(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(partitions.get(), std::string(topic).c_str(), partition);
    return partitions;
}

// A broker that refuses to name the coordinator of a group looks like one that does not answer.
Error note_error(const std::string& what, rd_kafka_resp_err_t error) {
    Error result = kafka_error(what, error);
    if (result.code == ErrorCode::log_unavailable) {
        result.hint =
            "Check that the broker runs and can be reached, and that this client may read the "
            "groups fiscus.* (docs/operations/kafka.md: Rights).";
    }
    return result;
}

Status commit(rd_kafka_t* handle,
              const rd_kafka_topic_partition_list_t& partitions,
              const std::string& what) {
    const KafkaQueue queue(rd_kafka_queue_new(handle));
    const auto refused = rd_kafka_commit_queue(handle, &partitions, queue.get(), nullptr, nullptr);
    if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return note_error(what, refused);
    }
    const KafkaEvent event(rd_kafka_queue_poll(queue.get(), timeout_ms(note_within)));
    // Trouble is told to whoever polls.
    rd_kafka_poll(handle, 0);
    if (!event) {
        return note_error(what, RD_KAFKA_RESP_ERR__TIMED_OUT);
    }
    auto error = rd_kafka_event_error(event.get());
    const auto* const answers = rd_kafka_event_topic_partition_list(event.get());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && answers != nullptr && answers->cnt == 1) {
        error = answers->elems[0].err;
    }
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? Status(Done{}) : Status(note_error(what, error));
}

Result<std::optional<Note>> committed(rd_kafka_t* handle,
                                      rd_kafka_topic_partition_list_t& partitions,
                                      const std::string& what) {
    auto error = rd_kafka_committed(handle, &partitions, timeout_ms(note_within));
    rd_kafka_poll(handle, 0);
    const rd_kafka_topic_partition_t& place = partitions.elems[0];
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        error = place.err;
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return note_error(what, error);
    }
    std::optional<Note> found;
    if (place.offset >= 0) {
        const auto* const text = static_cast<const char*>(place.metadata);
        found =
            Note{.position = place.offset,
                 .text = text == nullptr ? std::string() : std::string(text, place.metadata_size)};
    }
    return found;
}

}  // namespace

Result<rd_kafka_t*> KafkaAdmin::group(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto known = groups_.find(name);
    if (known != groups_.end()) {
        return known->second.get();
    }
    KafkaOptions options = options_;
    // So long a commit waits for its coordinator: a sign of life that comes later is none.
    options.settings["session.timeout.ms"] = std::to_string(note_within.count());
    FISCUS_ASSIGN(KafkaHandle handle, KafkaHandle::open(options, KafkaRole::questions, 0, name));
    return groups_.emplace(name, std::move(handle)).first->second.get();
}

Status KafkaAdmin::put_note(std::string_view topic,
                            std::int32_t partition,
                            std::string_view name,
                            const Note& note) {
    FISCUS_TRY(check_note(name, note));
    FISCUS_ASSIGN(rd_kafka_t* const handle, group(std::string(name)));
    const Partitions partitions = one_partition(topic, partition);
    rd_kafka_topic_partition_t& place = partitions->elems[0];
    place.offset = note.position;
    // librdkafka frees what it finds there, with the free of the C library.
    place.metadata = ::strndup(note.text.data(), note.text.size());
    place.metadata_size = note.text.size();
    const std::string what = "the note " + std::string(name) + " cannot be left with the broker";
    return patiently([&] { return commit(handle, *partitions, what); });
}

Result<std::optional<Note>> KafkaAdmin::note(std::string_view topic,
                                             std::int32_t partition,
                                             std::string_view name) {
    FISCUS_TRY(check_note(name, {}));
    FISCUS_ASSIGN(rd_kafka_t* const handle, group(std::string(name)));
    const std::string what = "the note " + std::string(name) + " cannot be asked for";
    return patiently([&] {
        const Partitions partitions = one_partition(topic, partition);
        return committed(handle, *partitions, what);
    });
}

}  // namespace fiscus::log

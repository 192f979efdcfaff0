#include "engine/log/local_log.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/ids.h"
#include "engine/log/file.h"
#include "engine/log/local_notes.h"
#include "engine/log/local_partition.h"
#include "engine/log/local_reader.h"
#include "engine/log/local_writer.h"
#include "engine/log/record_rules.h"

namespace fiscus::log {
namespace {

constexpr std::size_t description_bytes_max = 4'096;
constexpr int description_format = 1;

Result<std::string> random_identity(const std::filesystem::path& path) {
    Id128 id;
    if (::getentropy(&id, sizeof id) != 0) {
        return system_error("draw an identity for", path, errno);
    }
    return to_hex(id);
}

// A name beside `path` that no other process uses.
std::filesystem::path draft_path(const std::filesystem::path& path) {
    auto draft = path;
    draft += ".draft-" + std::to_string(::getpid());
    return draft;
}

struct Description {
    TopicInfo info;
    Hash128 identity;
};

std::string describe_json(const TopicInfo& info) {
    return nlohmann::ordered_json{{"format", description_format},
                                  {"name", info.plan.name},
                                  {"identity", info.identity},
                                  {"partitions", info.plan.partitions},
                                  {"compacted", info.plan.compacted},
                                  {"retention_ms", info.plan.retention_ms},
                                  {"retention_bytes", info.plan.retention_bytes},
                                  {"max_message_bytes", info.plan.max_message_bytes}}
               .dump(2) +
           "\n";
}

template <typename T>
bool take(const nlohmann::json& object, const char* name, T& value) {
    const auto field = object.find(name);
    if (field == object.end()) {
        return false;
    }
    if constexpr (std::is_same_v<T, std::string>) {
        if (!field->is_string()) {
            return false;
        }
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!field->is_boolean()) {
            return false;
        }
    } else if (!field->is_number_integer()) {
        return false;
    }
    value = field->get<T>();
    return true;
}

std::optional<Description> description_from_json(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    Description found;
    TopicPlan& plan = found.info.plan;
    int format = 0;
    if (!json.is_object() || !take(json, "format", format) || format != description_format ||
        !take(json, "name", plan.name) || !take(json, "identity", found.info.identity) ||
        !take(json, "partitions", plan.partitions) || !take(json, "compacted", plan.compacted) ||
        !take(json, "retention_ms", plan.retention_ms) ||
        !take(json, "retention_bytes", plan.retention_bytes) ||
        !take(json, "max_message_bytes", plan.max_message_bytes) || !check_plan(plan).ok()) {
        return std::nullopt;
    }
    const auto identity = id128_from_hex(found.info.identity);
    if (!identity) {
        return std::nullopt;
    }
    found.identity = {.hi = identity->hi, .lo = identity->lo};
    found.info.owned = true;
    return found;
}

class LocalLog final : public Log {
public:
    LocalLog(std::filesystem::path directory, std::string identity, const LocalLogOptions& options)
        : directory_(std::move(directory)), identity_(std::move(identity)), options_(options) {}

    Result<std::string> identity() override { return identity_; }
    Result<std::optional<TopicInfo>> describe(std::string_view topic) override;
    Status create(std::span<const TopicPlan> plans) override;
    Result<Extent> extent(std::string_view topic, std::int32_t partition) override;
    Result<std::unique_ptr<Reader>> reader(std::string_view topic,
                                           std::int32_t partition,
                                           std::int64_t offset) override;
    Result<std::unique_ptr<Writer>> writer(std::string_view topic, std::int32_t partition) override;
    Status put_note(std::string_view topic,
                    std::int32_t partition,
                    std::string_view name,
                    const Note& note) override;
    Result<std::optional<Note>> note(std::string_view topic,
                                     std::int32_t partition,
                                     std::string_view name) override;

private:
    Result<std::optional<Description>> read_description(std::string_view topic) const;
    Status create_topic(const TopicPlan& plan);
    Result<LocalPartition*> find(std::string_view topic, std::int32_t partition);

    const std::filesystem::path directory_;
    const std::string identity_;
    const LocalLogOptions options_;

    // Guards partitions_. By the topic's identity, not its name: a topic made anew is another one.
    std::mutex mutex_;
    std::map<std::pair<std::string, std::int32_t>, std::unique_ptr<LocalPartition>> partitions_;
};

Result<std::optional<Description>> LocalLog::read_description(std::string_view topic) const {
    if (!check_plan({.name = std::string(topic)}).ok()) {
        return std::optional<Description>();
    }
    const auto path = directory_ / topic / "topic.json";
    FISCUS_ASSIGN(const std::optional<std::string> text, read_text(path, description_bytes_max));
    if (!text) {
        return std::optional<Description>();
    }
    auto description = description_from_json(*text);
    if (!description || description->info.plan.name != topic) {
        return damage(path, 0, "it does not describe the topic that its directory is named after");
    }
    return description;
}

Result<std::optional<TopicInfo>> LocalLog::describe(std::string_view topic) {
    FISCUS_ASSIGN(const std::optional<Description> found, read_description(topic));
    return found ? std::optional(found->info) : std::optional<TopicInfo>();
}

Status LocalLog::create(std::span<const TopicPlan> plans) {
    for (const TopicPlan& plan : plans) {
        FISCUS_TRY(check_plan(plan));
        FISCUS_ASSIGN(const std::optional<TopicInfo> found, describe(plan.name));
        if (found) {
            FISCUS_TRY(check_topic(plan, *found));
        }
    }
    for (const TopicPlan& plan : plans) {
        FISCUS_ASSIGN(const std::optional<TopicInfo> found, describe(plan.name));
        if (!found) {
            FISCUS_TRY(create_topic(plan));
        }
    }
    return Done{};
}

// Everything is prepared under another name and appears, whole and synced, with one rename.
Status LocalLog::create_topic(const TopicPlan& plan) {
    const auto path = directory_ / plan.name;
    const auto draft = draft_path(path);
    std::error_code error;
    std::filesystem::remove_all(draft, error);
    for (std::int32_t partition = 0; partition < plan.partitions; ++partition) {
        const auto partition_path = draft / std::to_string(partition);
        FISCUS_TRY(make_directories(partition_path));
        FISCUS_TRY(sync_directory(partition_path));
    }
    FISCUS_ASSIGN(const std::string identity, random_identity(path));
    FISCUS_TRY(write_new_file(draft / "topic.json",
                              as_byte_span(describe_json({.plan = plan, .identity = identity}))));
    FISCUS_TRY(sync_directory(draft));
    if (std::rename(draft.c_str(), path.c_str()) != 0) {
        const int number = errno;
        std::filesystem::remove_all(draft, error);
        if (number != ENOTEMPTY && number != EEXIST) {
            return system_error("create", path, number);
        }
        // Another process was faster.
        FISCUS_ASSIGN(const std::optional<TopicInfo> found, describe(plan.name));
        if (!found) {
            return system_error("create", path, number);
        }
        return check_topic(plan, *found);
    }
    return sync_directory(directory_);
}

Result<LocalPartition*> LocalLog::find(std::string_view topic, std::int32_t partition) {
    FISCUS_ASSIGN(const std::optional<Description> found, read_description(topic));
    if (!found) {
        return topic_unknown(topic);
    }
    const TopicPlan& plan = found->info.plan;
    if (partition < 0 || partition >= plan.partitions) {
        return partition_unknown(topic, partition, plan.partitions);
    }
    const std::lock_guard guard(mutex_);
    auto& slot = partitions_[{found->info.identity, partition}];
    if (!slot) {
        slot = std::make_unique<LocalPartition>(directory_ / plan.name / std::to_string(partition),
                                                plan, found->identity,
                                                static_cast<std::uint32_t>(partition));
    }
    return slot.get();
}

Result<Extent> LocalLog::extent(std::string_view topic, std::int32_t partition) {
    FISCUS_ASSIGN(LocalPartition * found, find(topic, partition));
    return found->extent();
}

Result<std::unique_ptr<Reader>> LocalLog::reader(std::string_view topic,
                                                 std::int32_t partition,
                                                 std::int64_t offset) {
    FISCUS_ASSIGN(LocalPartition * found, find(topic, partition));
    return open_local_reader(*found, offset);
}

Result<std::unique_ptr<Writer>> LocalLog::writer(std::string_view topic, std::int32_t partition) {
    FISCUS_ASSIGN(LocalPartition * found, find(topic, partition));
    return open_local_writer(*found, options_.segment_bytes_max);
}

Status LocalLog::put_note(std::string_view topic,
                          std::int32_t partition,
                          std::string_view name,
                          const Note& note) {
    FISCUS_TRY(check_note(name, note));
    FISCUS_ASSIGN(const LocalPartition* const found, find(topic, partition));
    return write_note(found->directory(), name, note);
}

Result<std::optional<Note>> LocalLog::note(std::string_view topic,
                                           std::int32_t partition,
                                           std::string_view name) {
    FISCUS_TRY(check_note(name, {}));
    FISCUS_ASSIGN(const LocalPartition* const found, find(topic, partition));
    return read_note(found->directory(), name);
}

Result<std::optional<std::string>> read_identity(const std::filesystem::path& path) {
    FISCUS_ASSIGN(std::optional<std::string> text, read_text(path, description_bytes_max));
    if (!text) {
        return text;
    }
    if (text->empty() || text->back() != '\n' || text->size() == 1) {
        return damage(path, 0, "an identity is one line of text");
    }
    text->pop_back();
    return text;
}

// Of two processes only one gives the directory its identity.
Status create_identity(const std::filesystem::path& directory, const std::filesystem::path& path) {
    FISCUS_TRY(make_directories(directory));
    FISCUS_ASSIGN(const std::string identity, random_identity(path));
    const auto draft = draft_path(path);
    std::error_code error;
    std::filesystem::remove(draft, error);
    FISCUS_TRY(write_new_file(draft, as_byte_span(identity + "\n")));
    FISCUS_TRY(link_draft(draft, path));
    FISCUS_TRY(sync_directory(directory));
    const auto above = std::filesystem::absolute(directory, error).parent_path();
    return error ? Status(system_error("look at", directory, error.value()))
                 : sync_directory(above);
}

}  // namespace

Result<std::unique_ptr<Log>> open_local_log(std::filesystem::path dir,
                                            bool create,
                                            const LocalLogOptions& options) {
    const auto path = dir / "identity";
    FISCUS_ASSIGN(std::optional<std::string> identity, read_identity(path));
    if (!identity && create) {
        FISCUS_TRY(create_identity(dir, path));
        FISCUS_ASSIGN(identity, read_identity(path));
    }
    if (!identity) {
        return Error{.code = ErrorCode::not_found,
                     .what = "there is no log in " + dir.string(),
                     .why = "it has no file named identity",
                     .hint = "Check the path, or create the log: fiscus topics apply --log DIR."};
    }
    return std::unique_ptr<Log>(
        std::make_unique<LocalLog>(std::move(dir), std::move(*identity), options));
}

}  // namespace fiscus::log

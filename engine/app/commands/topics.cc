// `fiscus topics plan|apply`: what the topics must be like, what they are, and the making of what
// is missing. Nothing is ever changed or deleted: a topic that differs is a finding for a person.
#include "engine/log/topics.h"

#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/reading.h"
#include "engine/app/open.h"
#include "engine/log/record_rules.h"

namespace fiscus::app {
namespace {

std::vector<Setting> topic_settings() {
    return {Setting::log_directory, Setting::kafka_bootstrap, Setting::topics_partitions,
            Setting::topics_replication, Setting::topics_event_stamps};
}

std::string retention_text(std::int64_t retention_ms) {
    return retention_ms < 0 ? "for ever" : fmt::format("{} ms", retention_ms);
}

// The partitions that a plan should have: what the settings say, or else what the events topic has.
Result<std::int32_t> planned_partitions(log::Log& log, const Settings& settings) {
    if (settings.value(Setting::topics_partitions).origin == Origin::built_in) {
        FISCUS_ASSIGN(const auto events, log.describe(log::events_topic));
        if (events) {
            return events->plan.partitions;
        }
    }
    return static_cast<std::int32_t>(settings.integer(Setting::topics_partitions));
}

class TopicsPlan final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "topics plan",
                .summary = "Show the topics that fiscus needs and what is missing or different",
                .example = "fiscus topics plan --kafka 127.0.0.1:9092 --partitions 4",
                .details = "Changes nothing. Exit code 3 when a topic differs from its plan.",
                .settings = topic_settings()};
    }

    void declare(CLI::App& options) override { reading_.declare(options); }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::existing));
        FISCUS_ASSIGN(const std::int32_t partitions, planned_partitions(*log, context.settings));
        Table table{{{"topic", "topic", ColumnKind::text},
                     {"partitions", "partitions", ColumnKind::integer},
                     {"compacted", "compacted", ColumnKind::boolean},
                     {"retention_ms", "retention", ColumnKind::text},
                     {"max_message_bytes", "largest message", ColumnKind::integer},
                     {"timestamp_type", "stamps", ColumnKind::text},
                     {"state", "state", ColumnKind::text},
                     {"difference", "difference", ColumnKind::text}},
                    {}};
        bool differs = false;
        for (const log::TopicPlan& plan :
             log::topic_plans(partitions, event_stamps(context.settings))) {
            FISCUS_ASSIGN(const auto found, log->describe(plan.name));
            const std::string trouble = found ? log::plan_difference(plan, *found) : "";
            differs = differs || !trouble.empty();
            const char* const state =
                !found ? "missing" : (trouble.empty() ? "as planned" : "differs");
            table.rows.push_back(
                {plan.name, fmt::format("{}", plan.partitions), plan.compacted ? "true" : "false",
                 retention_text(plan.retention_ms), fmt::format("{}", plan.max_message_bytes),
                 std::string(log::stamps_name(plan.stamps)), state, trouble});
        }
        reading_.print(context.console, table);
        if (differs) {
            context.console.note(
                "A topic differs. fiscus never changes a topic: alter it with the broker's own "
                "tools, or use another log.");
        }
        return differs ? ExitCode::finding : ExitCode::success;
    }

private:
    Reading reading_;
};

class TopicsApply final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "topics apply",
            .summary = "Make the topics that are missing",
            .example = "fiscus topics apply --kafka 127.0.0.1:9092 --partitions 4",
            .details =
                "Makes a local log's directory too. Topics that are there stay as they are; one "
                "that differs from its plan is an error.",
            .settings = topic_settings()};
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::create));
        FISCUS_ASSIGN(const std::int32_t partitions, planned_partitions(*log, context.settings));
        const std::vector<log::TopicPlan> plans =
            log::topic_plans(partitions, event_stamps(context.settings));
        std::vector<log::TopicPlan> missing;
        for (const log::TopicPlan& plan : plans) {
            FISCUS_ASSIGN(const auto found, log->describe(plan.name));
            if (!found) {
                missing.push_back(plan);
            }
        }
        FISCUS_TRY(log->create(plans));
        for (const log::TopicPlan& plan : missing) {
            context.console.note(
                fmt::format("made {} with {} partitions", plan.name, plan.partitions));
        }
        context.console.note(missing.empty() ? "nothing was missing" : "all topics are there");
        return ExitCode::success;
    }
};

}  // namespace

std::unique_ptr<Command> make_topics_plan() { return std::make_unique<TopicsPlan>(); }
std::unique_ptr<Command> make_topics_apply() { return std::make_unique<TopicsApply>(); }

}  // namespace fiscus::app

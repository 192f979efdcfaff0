// `fiscus digest`: the state digest, one number that is the same for the same log prefix on every
// machine, build and batch size. Of a state directory, or of the published journal.
#include <algorithm>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/open.h"
#include "engine/app/output/json.h"
#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "engine/runtime/engine.h"

namespace fiscus::app {
namespace {

struct PartitionDigest {
    std::int32_t partition = 0;
    std::uint64_t sequence = 0;
    Hash128 digest;
};

Result<std::vector<PartitionDigest>> of_journal(log::Log& log) {
    FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(log, log::journal_topic));
    std::vector<PartitionDigest> digests;
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        FISCUS_ASSIGN(const log::Extent extent, log.extent(log::journal_topic, partition));
        FISCUS_ASSIGN(const auto reader, journal::JournalReader::open(log, partition, {}));
        for (;;) {
            FISCUS_ASSIGN(const auto block,
                          reader->next_before(extent.end, std::chrono::seconds(10)));
            if (!block) {
                break;
            }
        }
        digests.push_back(
            {partition, reader->cursor().next_sequence - 1, reader->cursor().state_digest});
    }
    return digests;
}

Result<std::vector<PartitionDigest>> of_state(const std::filesystem::path& state) {
    FISCUS_ASSIGN(const runtime::StateView view, runtime::read_state(state));
    std::vector<PartitionDigest> digests;
    for (const runtime::PartitionView& partition : view.partitions) {
        digests.push_back({partition.partition, partition.sequence, partition.digest});
    }
    return digests;
}

// Zeros are the digest of nothing: right for an empty log, a trap when events wait to be applied.
Status check_that_nothing_waits(const Settings& settings) {
    if (settings.given(Setting::state_directory)) {
        return Error{ErrorCode::not_found,
                     fmt::format("the state in {} holds nothing yet",
                                 settings.text(Setting::state_directory)),
                     "no entry is on disk; a running engine writes them by and by",
                     "Wait, stop it in order, or take the journal's: `fiscus digest --log DIR`."};
    }
    FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::existing));
    FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(*log, log::events_topic));
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        FISCUS_ASSIGN(const log::Extent extent, log->extent(log::events_topic, partition));
        if (extent.end > extent.first) {
            return Error{
                ErrorCode::not_found, "the journal is empty",
                "the log holds events and none was applied, so there is no digest",
                fmt::format("`fiscus run --until-end {} --state DIR` applies what the log holds.",
                            log_flags(settings))};
        }
    }
    return Done{};
}

class Digest final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "digest",
            .summary = "Print the state digest of a state directory or of the published journal",
            .example =
                "fiscus digest --state /tmp/demo/state\n"
                "fiscus digest --log /tmp/demo/log",
            .details =
                "With --state it is read from the engine's state, else the journal is read and "
                "its chain of hashes checked. The digest of the whole is the sum over the "
                "partitions.",
            .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                         Setting::state_directory}};
    }

    void declare(CLI::App& options) override { options.add_flag("--json", json_, "As JSON"); }

    Result<ExitCode> run(Context& context) override {
        const Settings& settings = context.settings;
        std::vector<PartitionDigest> digests;
        if (settings.given(Setting::state_directory)) {
            FISCUS_ASSIGN(digests, of_state(settings.path(Setting::state_directory)));
        } else {
            FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::existing));
            FISCUS_ASSIGN(digests, of_journal(*log));
        }
        if (std::ranges::all_of(digests, [](const auto& one) { return one.sequence == 0; })) {
            FISCUS_TRY(check_that_nothing_waits(settings));
        }
        Hash128 sum;
        JsonWriter json;
        json.begin_object();
        json.key("partitions");
        json.begin_array();
        for (const PartitionDigest& one : digests) {
            sum += one.digest;
            json.begin_object();
            json.field_number("partition", one.partition);
            json.field_number("sequence", one.sequence);
            json.field("digest", to_hex(one.digest));
            json.end_object();
        }
        json.end_array();
        json.field("digest", to_hex(sum));
        json.end_object();
        context.console.print(json_ ? json.text() + "\n" : to_hex(sum) + "\n");
        return ExitCode::success;
    }

private:
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_digest() { return std::make_unique<Digest>(); }

}  // namespace fiscus::app

#include "bench/load/publish.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/topics.h"

namespace fiscus::load {
namespace {

// A partition's writer and the records of the present batch that belong to it.
struct Lane {
    std::unique_ptr<log::Writer> writer;
    std::vector<log::NewRecord> records;
};

class Lanes {
public:
    Lanes(log::Log& log, std::int32_t partitions)
        : log_(log), lanes_(static_cast<std::size_t>(partitions)) {}

    Status append(const LoadBatch& batch) {
        for (std::size_t i = 0; i < batch.records().size(); ++i) {
            const log::NewRecord& record = batch.records()[i];
            FISCUS_ASSIGN(Lane * lane, lane_of(batch.programme(i), record.key));
            lane->records.push_back(record);
        }
        for (Lane& lane : lanes_) {
            if (!lane.records.empty()) {
                FISCUS_TRY(lane.writer->append(lane.records));
                lane.records.clear();
            }
        }
        return Done{};
    }

    Status sync() {
        for (Lane& lane : lanes_) {
            if (lane.writer) {
                FISCUS_TRY(lane.writer->sync());
            }
        }
        return Done{};
    }

private:
    Result<Lane*> lane_of(std::uint32_t programme, Bytes key) {
        auto found = of_programme_.find(programme);
        if (found == of_programme_.end()) {
            const std::int32_t partition =
                partition_of_key(as_text(key), static_cast<std::int32_t>(lanes_.size()));
            Lane& lane = lanes_[static_cast<std::size_t>(partition)];
            if (!lane.writer) {
                FISCUS_ASSIGN(lane.writer, log_.writer(log::events_topic, partition));
            }
            found = of_programme_.emplace(programme, &lane).first;
        }
        return found->second;
    }

    log::Log& log_;
    std::vector<Lane> lanes_;
    std::map<std::uint32_t, Lane*> of_programme_;
};

}  // namespace

Result<Published> publish(log::Log& log, Load& load, const PublishOptions& options) {
    FISCUS_ASSIGN(const std::optional<log::TopicInfo> topic, log.describe(log::events_topic));
    if (!topic) {
        return Error{.code = ErrorCode::not_found,
                     .what = "the load cannot be written",
                     .why = "there is no topic " + std::string(log::events_topic),
                     .hint = "Create the topics first: fiscus topics apply."};
    }
    Lanes lanes(log, topic->plan.partitions);
    Published published;
    std::uint64_t synced = 0;
    LoadBatch batch;
    while (load.next(batch)) {
        FISCUS_TRY(lanes.append(batch));
        published.records += batch.records().size();
        for (const log::NewRecord& record : batch.records()) {
            published.value_bytes += record.value.size();
        }
        if (published.records - synced >= options.sync_every) {
            FISCUS_TRY(lanes.sync());
            synced = published.records;
        }
        if (options.progress && !options.progress(published.records)) {
            FISCUS_TRY(lanes.sync());
            return Error{
                .code = ErrorCode::interrupted,
                .what = "writing the load was stopped",
                .why = "after " + std::to_string(published.records) + " records",
                .hint = "The log holds the beginning of the load; start again with an empty one."};
        }
    }
    FISCUS_TRY(lanes.sync());
    return published;
}

}  // namespace fiscus::load

// What is looked at before anything is read or written: is this the log that the state was built
// from, are its topics as planned, is the last applied record still the same? A log that was
// truncated, restored or created anew must stop the partition before the first event, never shift
// it.
// Thread: any. Fails: log_mismatch with what differs and what to do; not_found for a missing topic.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/log/log.h"

namespace fiscus::log {

// `pinned`: the identity that the state was built from, empty when there is no state yet. The value
// is the identity to pin. Each plan's topic must exist and be fit for it: same partitions, same
// cleanup policy, no shorter retention, no smaller messages.
Result<std::string> check_start(Log& log,
                                std::string_view pinned,
                                std::span<const TopicPlan> plans);

// XXH3 of a record's key and value.
std::uint64_t record_hash(const Record& record);

// Reads the record at `offset` again and compares its hash with the one stored when it was applied.
Status check_record(Log& log,
                    std::string_view topic,
                    std::int32_t partition,
                    std::int64_t offset,
                    std::uint64_t stored_hash);

}  // namespace fiscus::log

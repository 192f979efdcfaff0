// What the engine and the statistics look at before anything is read or written, and nobody in
// another way: is this the log that the state was built from, are its topics as planned, is the
// last applied record still the same? A log that was truncated, restored or created anew must stop
// the partition before the first event, never shift it; one that will lose records must not be
// written.
// Thread: any. Fails: log_mismatch with what differs and what to do; not_found for a missing topic.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/log/log.h"

namespace fiscus::log {

// `pinned`: the identity that the state was built from, empty when there is no state yet. The value
// is the identity to pin.
Result<std::string> check_identity(Log& log, std::string_view pinned);

// Each plan's topic exists and is fit for it in every property (check_topic of record_rules.h).
Status check_topics(Log& log, std::span<const TopicPlan> plans);

// Where a partition ends, for a state that has seen it reach `end`. After a power failure a local
// log may know of less than it holds, until a writer has looked behind the last acknowledgement
// that the disk kept: only if it ends before `end` after that, records are gone. Whoever holds the
// partition for writing has looked.
Result<Extent> extent_seen_up_to(Log& log,
                                 std::string_view topic,
                                 std::int32_t partition,
                                 std::int64_t end);

// XXH3 of a record's key and value.
std::uint64_t record_hash(const Record& record);

// Reads the record at `offset` again and compares its hash with the one stored when it was applied.
Status check_record(Log& log,
                    std::string_view topic,
                    std::int32_t partition,
                    std::int64_t offset,
                    std::uint64_t stored_hash);

}  // namespace fiscus::log

// Walks a journal partition from its beginning to the end that it had when the walk began, entry by
// entry with the entry's postings and detail. For log dump, trace and explain. Only entries that
// count are seen; the chain is checked on the way. Thread: one. Fails: as journal::JournalReader.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "engine/base/result.h"
#include "engine/journal/reader.h"
#include "engine/log/log.h"

namespace fiscus::app {

struct WalkedEntry {
    std::int64_t block_offset = 0;
    std::uint64_t term = 0;
    const wire::Entry* entry = nullptr;
    std::span<const wire::Posting> postings;
    Bytes detail;
};

// The visitor answers false to end the walk; what it is shown lives until it returns.
using EntryVisitor = std::function<bool(const WalkedEntry&)>;
Status walk_journal(log::Log& log, std::int32_t partition, const EntryVisitor& visit);

// Reads the records [from, to) of a topic's partition, as far as there are any.
using RecordVisitor = std::function<bool(const log::Record&)>;
Status walk_records(log::Log& log,
                    std::string_view topic,
                    std::int32_t partition,
                    std::int64_t from,
                    std::int64_t to,
                    const RecordVisitor& visit);

}  // namespace fiscus::app

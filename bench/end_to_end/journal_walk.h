// Every entry of the first partition's journal, which holds one programme, with its postings.
// Thread: the caller's. Fails: as the journal's reader does.
#pragma once

#include <chrono>
#include <cstddef>

#include "engine/journal/reader.h"
#include "engine/log/topics.h"

namespace fiscus::bench {

// visit(const wire::Entry&, std::span<const wire::Posting>); both are borrowed for the call.
template <typename Visit>
Status walk_journal(log::Log& log, Visit&& visit) {
    FISCUS_ASSIGN(const auto reader, journal::JournalReader::open(log, 0, {}));
    FISCUS_ASSIGN(const log::Extent extent, log.extent(log::journal_topic, 0));
    while (reader->cursor().next_offset < extent.end) {
        FISCUS_ASSIGN(const auto block, reader->next(std::chrono::milliseconds(100)));
        if (!block) {
            continue;
        }
        std::size_t posting = 0;
        for (const wire::Entry& entry : block->view.entries()) {
            visit(entry, block->view.postings().subspan(posting, entry.postings()));
            posting += entry.postings();
        }
    }
    return Done{};
}

}  // namespace fiscus::bench

#include "engine/app/journal_walk.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "engine/log/topics.h"

namespace fiscus::app {
namespace {

constexpr std::size_t records_max = 4'096;
// Everything up to the end is there already; a broker may take its time to bring it. Offsets may
// have holes, also before the end (markers of other clients' transactions), so silence is no error.
constexpr std::chrono::milliseconds read_wait{10'000};

bool visit_block(const journal::ReadBlock& block, const EntryVisitor& visit) {
    const std::span<const wire::Entry> entries = block.view.entries();
    const std::span<const wire::Posting> postings = block.view.postings();
    const std::uint64_t term = block.view.header().term;
    std::size_t taken = 0;
    for (std::size_t index = 0; index < entries.size(); ++index) {
        const wire::Entry& entry = entries[index];
        const WalkedEntry walked{.block_offset = block.offset,
                                 .term = term,
                                 .entry = &entry,
                                 .postings = postings.subspan(taken, entry.postings()),
                                 .detail = block.view.detail(index)};
        taken += entry.postings();
        if (!visit(walked)) {
            return false;
        }
    }
    return true;
}

}  // namespace

Status walk_journal(log::Log& log, std::int32_t partition, const EntryVisitor& visit) {
    FISCUS_ASSIGN(const log::Extent extent, log.extent(log::journal_topic, partition));
    FISCUS_ASSIGN(const auto reader, journal::JournalReader::open(log, partition, {}));
    for (;;) {
        FISCUS_ASSIGN(const auto block, reader->next_before(extent.end, read_wait));
        if (!block || !visit_block(*block, visit)) {
            return Done{};
        }
    }
}

Status walk_records(log::Log& log,
                    std::string_view topic,
                    std::int32_t partition,
                    std::int64_t from,
                    std::int64_t to,
                    const RecordVisitor& visit) {
    FISCUS_ASSIGN(const log::Extent extent, log.extent(topic, partition));
    const std::int64_t end = std::min(to, extent.end);
    std::int64_t next = std::max(from, extent.first);
    if (next >= end) {
        return Done{};
    }
    FISCUS_ASSIGN(const auto reader, log.reader(topic, partition, next));
    while (next < end) {
        FISCUS_ASSIGN(const auto records, reader->read(records_max, read_wait));
        if (records.empty()) {
            break;
        }
        for (const log::Record& record : records) {
            if (record.offset >= end || !visit(record)) {
                return Done{};
            }
            next = record.offset + 1;
        }
    }
    return Done{};
}

}  // namespace fiscus::app

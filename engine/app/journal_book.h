// What a book finds out about one thing of the journal, by programme: a book for each partition,
// all entries in their order, and of several programmes the one that is meant.
// Thread: any. Fails: not_found, usage when several programmes have it and none is named, corrupt
// when entries contradict one another, otherwise as the log says.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/app/journal_walk.h"
#include "engine/app/open.h"
#include "engine/base/ids.h"
#include "engine/log/topics.h"

namespace fiscus::app {

// How the thing is named in errors.
struct BookWords {
    std::string unknown;  // "the journal knows no prize batch 201"
    std::string check;    // "Check the number"
    std::string several;  // "have a prize batch 201"
};

// A Book takes entries with take() and says what it found with finish(), by programme.
template <typename Book, typename Argument>
auto read_book(log::Log& log,
               const Argument& about,
               std::optional<ProgrammeId> programme,
               const BookWords& words)
    -> Result<typename decltype(std::declval<Book>().finish())::mapped_type> {
    FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(log, log::journal_topic));
    decltype(std::declval<Book>().finish()) found;
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        Book book(about);
        Status status = Done{};
        FISCUS_TRY(walk_journal(log, partition, [&](const WalkedEntry& walked) {
            status = book.take(walked);
            return status.ok();
        }));
        FISCUS_TRY(status);
        found.merge(book.finish());
    }
    if (programme) {
        std::erase_if(found, [&](const auto& one) { return one.first != programme->value(); });
    }
    if (found.empty()) {
        return Error{
            .code = ErrorCode::not_found,
            .what = words.unknown,
            .why = {},
            .hint = words.check + "; `fiscus log dump --topic journal --json` lists all entries."};
    }
    if (found.size() > 1) {
        return Error{.code = ErrorCode::usage,
                     .what = fmt::format("{} programmes {}", found.size(), words.several),
                     .why = {},
                     .hint = "Say which one: --programme N."};
    }
    return std::move(found.begin()->second);
}

}  // namespace fiscus::app

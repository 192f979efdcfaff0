// The exact event that a journal entry keeps, and bytes of it as draws want them.
// Thread: any. Fails: corrupt when the entry does not keep its event.
#pragma once

#include <string>
#include <string_view>

#include "engine/app/journal_walk.h"
#include "engine/base/ids.h"
#include "engine/draw/digest.h"
#include "schemas/events_generated.h"

namespace fiscus::app {

// Lives as long as what is walked.
Result<const wire::Event*> event_of(const WalkedEntry& walked);
Error broken_entry(const wire::Entry& entry, std::string_view what);

// Whose records move the log's time: those that come from a known source (docs/domain.md §2).
bool moves_log_time(const wire::Entry& entry);

Id128 id_of(const wire::Id128& id);
std::string text_of(const flatbuffers::String* text);
// Zeros for what is no digest.
draw::Digest digest_of(const flatbuffers::Vector<std::uint8_t>* bytes);

}  // namespace fiscus::app

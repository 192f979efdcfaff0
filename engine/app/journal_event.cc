#include "engine/app/journal_event.h"

#include <algorithm>

#include <fmt/format.h>

#include "schemas/reasons_generated.h"

namespace fiscus::app {

Error broken_entry(const wire::Entry& entry, std::string_view what) {
    return {ErrorCode::corrupt, fmt::format("entry {} of the journal {}", entry.sequence(), what),
            "an engine does not write such entries",
            "Compare the journal with its events: fiscus replay."};
}

Result<KeptEvent> KeptEvent::of(const WalkedEntry& walked) {
    KeptEvent event(walked.detail);
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(event.bytes_.data()),
                                   event.bytes_.size());
    if (!wire::VerifyEventBuffer(verifier)) {
        return broken_entry(*walked.entry, "does not keep its event");
    }
    return event;
}

void LogTime::take(const wire::Entry& entry) {
    if (!opened_) {
        opened_ = entry.kind() == static_cast<std::uint8_t>(wire::EventBody::ProgrammeOpened) &&
                  entry.outcome() == static_cast<std::uint8_t>(wire::Outcome::accepted);
        us_ = opened_ ? entry.logged_at_us() : 0;
        return;
    }
    const bool known_source =
        entry.reason() == 0 ||
        entry.reason() > static_cast<std::uint16_t>(wire::Reason::source_revoked);
    us_ = known_source ? std::max(us_, entry.logged_at_us()) : us_;
}

Id128 id_of(const wire::Id128& id) { return {.hi = id.hi(), .lo = id.lo()}; }

std::string text_of(const flatbuffers::String* text) {
    return text == nullptr ? std::string() : text->str();
}

draw::Digest digest_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
    return bytes != nullptr && bytes->size() == sizeof(draw::Digest) ? draw::digest_from(*bytes)
                                                                     : draw::Digest{};
}

}  // namespace fiscus::app

// The exact event that a journal entry keeps, and bytes of it as draws want them.
// Thread: any. Fails: corrupt when the entry does not keep its event.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/app/journal_walk.h"
#include "engine/base/ids.h"
#include "engine/draw/digest.h"
#include "schemas/events_generated.h"

namespace fiscus::app {

// A copy, because the bytes of a block lie at any address and a FlatBuffer must not.
class KeptEvent {
public:
    static Result<KeptEvent> of(const WalkedEntry& walked);

    const wire::Event* operator->() const { return wire::GetEvent(bytes_.data()); }
    const wire::Event& operator*() const { return *wire::GetEvent(bytes_.data()); }

private:
    explicit KeptEvent(Bytes bytes) : bytes_(bytes.begin(), bytes.end()) {}

    std::vector<std::byte> bytes_;
};
Error broken_entry(const wire::Entry& entry, std::string_view what);

// The log's time of a programme: the latest stamp of its records that come from a known source,
// from its opening on (docs/domain.md §2).
class LogTime {
public:
    void take(const wire::Entry& entry);
    [[nodiscard]] std::int64_t us() const { return us_; }

private:
    bool opened_ = false;
    std::int64_t us_ = 0;
};

Id128 id_of(const wire::Id128& id);
std::string text_of(const flatbuffers::String* text);
// Zeros for what is no digest.
draw::Digest digest_of(const flatbuffers::Vector<std::uint8_t>* bytes);

}  // namespace fiscus::app

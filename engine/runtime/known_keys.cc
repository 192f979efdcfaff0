#include "engine/runtime/known_keys.h"

#include <chrono>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/draw/instant_draw.h"
#include "engine/log/topics.h"
#include "engine/secrets/event_mac.h"
#include "engine/secrets/secret_file.h"
#include "schemas/events_generated.h"

namespace fiscus::runtime {
namespace {

constexpr std::chrono::milliseconds journal_wait{10'000};

// The key of a day from a later one.
draw::Digest back_from(draw::HashKind hash, draw::Digest key, std::uint32_t days) {
    for (; days > 0; --days) {
        key = draw::hash_of(hash, key);
    }
    return key;
}

bool may_open_key(const wire::Entry& entry) {
    const auto kind = static_cast<wire::EventBody>(entry.kind());
    return (kind == wire::EventBody::DayKeyOpened || kind == wire::EventBody::SourceKeyRevoked) &&
           entry.outcome() == static_cast<std::uint8_t>(wire::Outcome::accepted);
}

}  // namespace

KnownKeys::KnownKeys(log::Log& log,
                     std::int32_t partition,
                     journal::Cursor from,
                     std::filesystem::path directory)
    : log_(log), partition_(partition), from_(from), directory_(std::move(directory)) {}

std::string KnownKeys::file_name(const apply::KeyChain& chain) {
    return "draw-" + std::to_string(chain.programme.value()) + "-" + date_text(chain.first_day) +
           ".key";
}

Result<std::optional<draw::Digest>> KnownKeys::day_key(const apply::KeyChain& chain,
                                                       std::uint32_t number) {
    FISCUS_TRY(read_journal());
    if (const auto key = opened(chain, number)) {
        return key;
    }
    return from_file(chain, number);
}

// The file first: reading the journal takes long, and few keys are ever opened.
Result<std::optional<draw::Digest>> KnownKeys::source_key(const apply::CommittedKey& committed) {
    const std::string name =
        secrets::source_key_file_name(committed.programme, committed.source, committed.number);
    if (!directory_.empty()) {
        FISCUS_ASSIGN(const auto key, secrets::read_secret_file(directory_ / name));
        if (key && secrets::commitment_of(committed.hash, *key) != committed.commitment) {
            return secrets::unusable(directory_ / name,
                                     "its key is not the one that the log is committed to",
                                     "the commitment stands in SourceRegistered or SourceKeyAdded; "
                                     "give the key that it was made from, or restore the log if "
                                     "that was changed");
        }
        if (key) {
            return key;
        }
    }
    FISCUS_TRY(read_journal());
    const auto opened = opened_source_keys_.find(
        {committed.programme.value(), committed.source.value(), committed.number});
    return opened == opened_source_keys_.end() ? std::optional<draw::Digest>()
                                               : std::optional(opened->second);
}

Status KnownKeys::read_journal() {
    if (journal_read_) {
        return Done{};
    }
    FISCUS_ASSIGN(const log::Extent extent, log_.extent(log::journal_topic, partition_));
    FISCUS_ASSIGN(const auto reader, journal::JournalReader::open(log_, partition_, from_));
    for (;;) {
        FISCUS_ASSIGN(const auto block, reader->next_before(extent.end, journal_wait));
        if (!block) {
            journal_read_ = true;
            return Done{};
        }
        const auto entries = block->view.entries();
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (may_open_key(entries[i])) {
                FISCUS_TRY(take_opened(entries[i], block->view.detail(i)));
            }
        }
    }
}

Status KnownKeys::take_opened(const wire::Entry& entry, Bytes detail) {
    // A copy, because the bytes of a block lie at any address and a FlatBuffer must not.
    const std::vector<std::byte> bytes(detail.begin(), detail.end());
    const auto* const raw = reinterpret_cast<const std::uint8_t*>(bytes.data());
    flatbuffers::Verifier verifier(raw, bytes.size());
    const wire::Event* const event =
        wire::VerifyEventBuffer(verifier) ? wire::GetEvent(raw) : nullptr;
    const auto* const day = event == nullptr ? nullptr : event->body_as_DayKeyOpened();
    const auto* const source = event == nullptr ? nullptr : event->body_as_SourceKeyRevoked();
    const auto* const key = day != nullptr      ? day->key()
                            : source != nullptr ? source->opened()
                                                : nullptr;
    if (source != nullptr && key == nullptr) {
        return Done{};  // revoked, but not opened
    }
    if (key == nullptr || key->size() != sizeof(draw::Digest)) {
        return Error{.code = ErrorCode::corrupt,
                     .what = "entry " + std::to_string(entry.sequence()) +
                             " of the journal does not keep the key that it opened",
                     .why = "an engine does not write such entries",
                     .hint = "compare the journal with its events: fiscus replay"};
    }
    if (day != nullptr) {
        opened_days_[{entry.programme(), day->day()}] = draw::digest_from(*key);
    } else {
        opened_source_keys_[{entry.programme(), source->source(), source->number()}] =
            draw::digest_from(*key);
    }
    return Done{};
}

std::optional<draw::Digest> KnownKeys::opened(const apply::KeyChain& chain,
                                              std::uint32_t number) const {
    const std::int32_t day = chain.first_day + static_cast<std::int32_t>(number) - 1;
    const auto at = opened_days_.lower_bound({chain.programme.value(), day});
    if (at == opened_days_.end() || at->first.first != chain.programme.value() ||
        at->first.second - chain.first_day >= static_cast<std::int64_t>(chain.days)) {
        return std::nullopt;
    }
    return back_from(chain.hash, at->second, static_cast<std::uint32_t>(at->first.second - day));
}

Result<std::optional<draw::Digest>> KnownKeys::from_file(const apply::KeyChain& chain,
                                                         std::uint32_t number) const {
    if (directory_.empty()) {
        return std::optional<draw::Digest>();
    }
    const std::filesystem::path path = directory_ / file_name(chain);
    FISCUS_ASSIGN(const auto last, secrets::read_secret_file(path));
    if (!last) {
        return std::optional<draw::Digest>();
    }
    if (back_from(chain.hash, *last, chain.days) != chain.head) {
        return secrets::unusable(
            path, "its key is not the last one of the chain that the rules committed to",
            "the head of the chain stands in InstantDrawOpened; give the key that it "
            "was made from, or restore the log if that was changed");
    }
    return std::optional(back_from(chain.hash, *last, chain.days - number));
}

}  // namespace fiscus::runtime

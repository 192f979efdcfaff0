#include "engine/runtime/known_keys.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "engine/base/time.h"
#include "engine/draw/instant_draw.h"
#include "engine/log/topics.h"
#include "schemas/events_generated.h"

namespace fiscus::runtime {
namespace {

constexpr std::chrono::milliseconds journal_wait{10'000};
constexpr std::size_t key_columns = 64;

Error unusable(const std::string& path, std::string why, std::string hint) {
    // As if it were not there yet: it may be on its way.
    return {.code = ErrorCode::secret_missing,
            .what = "the key file " + path + " cannot be used",
            .why = std::move(why),
            .hint = std::move(hint)};
}

class File {
public:
    explicit File(const std::string& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

// The key of a day from a later one.
draw::Digest back_from(draw::HashKind hash, draw::Digest key, std::uint32_t days) {
    for (; days > 0; --days) {
        key = draw::hash_of(hash, key);
    }
    return key;
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

Result<std::optional<draw::Digest>> KnownKeys::key(const apply::KeyChain& chain,
                                                   std::uint32_t number) {
    if (!journal_read_) {
        FISCUS_TRY(read_journal());
        journal_read_ = true;
    }
    if (const auto key = opened(chain, number)) {
        return key;
    }
    return from_file(chain, number);
}

Status KnownKeys::read_journal() {
    FISCUS_ASSIGN(const log::Extent extent, log_.extent(log::journal_topic, partition_));
    FISCUS_ASSIGN(const auto reader, journal::JournalReader::open(log_, partition_, from_));
    for (;;) {
        FISCUS_ASSIGN(const auto block, reader->next_before(extent.end, journal_wait));
        if (!block) {
            return Done{};
        }
        const auto entries = block->view.entries();
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (entries[i].kind() != static_cast<std::uint8_t>(wire::EventBody::DayKeyOpened) ||
                entries[i].outcome() != static_cast<std::uint8_t>(wire::Outcome::accepted)) {
                continue;
            }
            // A copy, because the bytes of a block lie at any address and a FlatBuffer must not.
            const Bytes kept = block->view.detail(i);
            const std::vector<std::byte> bytes(kept.begin(), kept.end());
            const auto* const raw = reinterpret_cast<const std::uint8_t*>(bytes.data());
            flatbuffers::Verifier verifier(raw, bytes.size());
            const auto* const event = wire::VerifyEventBuffer(verifier)
                                          ? wire::GetEvent(raw)->body_as_DayKeyOpened()
                                          : nullptr;
            if (event == nullptr || event->key() == nullptr ||
                event->key()->size() != sizeof(draw::Digest)) {
                return Error{.code = ErrorCode::corrupt,
                             .what = "entry " + std::to_string(entries[i].sequence()) +
                                     " of the journal does not keep the key that it opened",
                             .why = "an engine does not write such entries",
                             .hint = "compare the journal with its events: fiscus replay"};
            }
            opened_[{entries[i].programme(), event->day()}] = draw::digest_from(*event->key());
        }
    }
}

std::optional<draw::Digest> KnownKeys::opened(const apply::KeyChain& chain,
                                              std::uint32_t number) const {
    const std::int32_t day = chain.first_day + static_cast<std::int32_t>(number) - 1;
    const auto at = opened_.lower_bound({chain.programme.value(), day});
    if (at == opened_.end() || at->first.first != chain.programme.value() ||
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
    const std::string path = (directory_ / file_name(chain)).string();
    const File file(path);
    if (file.get() < 0) {
        if (errno == ENOENT) {
            return std::optional<draw::Digest>();
        }
        return unusable(path, std::strerror(errno),  // NOLINT(concurrency-mt-unsafe)
                        "it must be a file that this process may read");
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return unusable(path, "it is no file", "write the last key of the chain into a file");
    }
    if ((status.st_mode & 07777) != 0400) {
        return unusable(path, "others may read or change it", "chmod 0400 " + path);
    }
    std::string text(key_columns + 2, '\0');
    const ssize_t size = ::read(file.get(), text.data(), text.size());
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    draw::Digest last{};
    if (!draw::digest_from_hex(text, last)) {
        return unusable(path, "it does not hold 64 hexadecimal digits and nothing else",
                        "write the last key of the chain into it");
    }
    if (back_from(chain.hash, last, chain.days) != chain.head) {
        return unusable(path,
                        "its key is not the last one of the chain that the rules committed to",
                        "the head of the chain stands in InstantDrawOpened; give the key that it "
                        "was made from");
    }
    return std::optional(back_from(chain.hash, last, chain.days - number));
}

}  // namespace fiscus::runtime

// The keys that this partition knows, of instant draws and of sources: those that were opened from
// the journal, which has its DayKeyOpened and SourceKeyRevoked, the others from files in the
// directory of secrets (engine/secrets/secret_file.h). Every earlier key of a chain of draws
// follows from a later one, so one opened key is enough for all days before it.
// A file is read again whenever it is asked for, so it may come later.
// Thread: the partition's. Fails: secret_missing when a file cannot be read, others may read it, it
// is no key, or its key is none of the chain's (it may be on its way); as the journal's reader.
#pragma once

#include <filesystem>
#include <map>
#include <tuple>
#include <utility>

#include "engine/apply/keys.h"
#include "engine/journal/reader.h"
#include "engine/log/log.h"

namespace fiscus::runtime {

class KnownKeys final : public apply::Keys {
public:
    // `directory` may be empty. Opened keys are looked for from `from` on, where the state stands:
    // what was opened before is kept in the state and not asked for again.
    KnownKeys(log::Log& log,
              std::int32_t partition,
              journal::Cursor from,
              std::filesystem::path directory);

    Result<std::optional<draw::Digest>> day_key(const apply::KeyChain& chain,
                                                std::uint32_t number) override;
    Result<std::optional<draw::Digest>> source_key(const apply::CommittedKey& committed) override;

    static std::string file_name(const apply::KeyChain& chain);

private:
    using Day = std::pair<std::uint32_t, std::int32_t>;  // programme, day

    using SourceKey = std::tuple<std::uint32_t, std::uint16_t, std::uint32_t>;

    Status read_journal();
    Status take_opened(const wire::Entry& entry, Bytes detail);
    [[nodiscard]] std::optional<draw::Digest> opened(const apply::KeyChain& chain,
                                                     std::uint32_t number) const;
    Result<std::optional<draw::Digest>> from_file(const apply::KeyChain& chain,
                                                  std::uint32_t number) const;

    log::Log& log_;
    std::int32_t partition_;
    journal::Cursor from_;
    std::filesystem::path directory_;
    bool journal_read_ = false;
    std::map<Day, draw::Digest> opened_days_;
    std::map<SourceKey, draw::Digest> opened_source_keys_;
};

}  // namespace fiscus::runtime

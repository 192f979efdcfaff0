// The keys of instant draws that this partition knows: of a closed day from the journal, which has
// its DayKeyOpened, else from a file in the directory of secrets. Every earlier key follows from a
// later one, so one opened key is enough for all days before it.
//   DIRECTORY/draw-PROGRAMME-FIRSTDAY.key, for example draw-1-2026-03-01.key: the last key of the
//   chain as 64 hexadecimal digits. Mode 0400, or it is refused.
// A file is read again whenever it is asked for, so it may come later.
// Thread: the partition's. Fails: secret_missing when a file cannot be read, others may read it, it
// is no key, or its key is none of the chain's (it may be on its way); as the journal's reader.
#pragma once

#include <filesystem>
#include <map>
#include <utility>

#include "engine/apply/day_keys.h"
#include "engine/journal/reader.h"
#include "engine/log/log.h"

namespace fiscus::runtime {

class KnownKeys final : public apply::DayKeys {
public:
    // `directory` may be empty. Opened keys are looked for from `from` on, where the state stands:
    // what was opened before is kept in the state and not asked for again.
    KnownKeys(log::Log& log,
              std::int32_t partition,
              journal::Cursor from,
              std::filesystem::path directory);

    Result<std::optional<draw::Digest>> key(const apply::KeyChain& chain,
                                            std::uint32_t number) override;

    static std::string file_name(const apply::KeyChain& chain);

private:
    using Day = std::pair<std::uint32_t, std::int32_t>;  // programme, day

    Status read_journal();
    [[nodiscard]] std::optional<draw::Digest> opened(const apply::KeyChain& chain,
                                                     std::uint32_t number) const;
    Result<std::optional<draw::Digest>> from_file(const apply::KeyChain& chain,
                                                  std::uint32_t number) const;

    log::Log& log_;
    std::int32_t partition_;
    journal::Cursor from_;
    std::filesystem::path directory_;
    bool journal_read_ = false;
    std::map<Day, draw::Digest> opened_;
};

}  // namespace fiscus::runtime

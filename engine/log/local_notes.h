// Notes of the local log: a file for each, beside the segments of its partition, replaced as a
// whole. Nothing is synced, because nothing depends on them. Thread: any. Fails: io.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "engine/base/result.h"
#include "engine/log/log.h"

namespace fiscus::log {

// The name has passed check_note.
Status write_note(const std::filesystem::path& partition, std::string_view name, const Note& note);
// Nothing: there is none, or none that can be read.
Result<std::optional<Note>> read_note(const std::filesystem::path& partition,
                                      std::string_view name);

}  // namespace fiscus::log

// Writes the keys of a load's draws where the engine looks for them: its directory of secrets.
// Thread: the caller's. Fails: io.
#pragma once

#include <filesystem>

#include "bench/load/load.h"
#include "engine/base/result.h"

namespace fiscus::load {

// Mode 0400. A load without keys needs no directory.
Status write_secrets(const Load& load, const std::filesystem::path& directory);

}  // namespace fiscus::load

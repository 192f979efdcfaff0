// The keys of a world as an operator lays them where `--secrets DIR` looks: of each instant draw
// the last key of its chain, of each source every key that was committed to.
// Thread: any. Fails: never; a key that nobody knows is an empty file.
#pragma once

#include <filesystem>

#include "tests/reference/ledger.h"

namespace fiscus::property {

// Into a folder that is there.
void write_key_files(const std::filesystem::path& folder, const reference::Ledger& oracle);

}  // namespace fiscus::property

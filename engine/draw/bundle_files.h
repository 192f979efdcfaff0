// A bundle as files of a directory, and the hashes that bind them.
// Thread: any, one at a time for each directory. Fails: not_found and io by name; diverged when the
// files are not the nine of a bundle, or one is above its limit, which is then not read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/draw/bundle.h"

namespace fiscus::draw {

// SHA256SUMS, as `sha256sum` writes and checks it: the eight other files in the order of their
// names.
std::string manifest_of(const Bundle& bundle);

Result<Bundle> read_bundle(const std::filesystem::path& directory);
// Into a new directory, which appears complete or not at all; an existing one is an error. Not
// synced: a bundle can be made again.
Status write_bundle(const std::filesystem::path& directory, const Bundle& bundle);

Error file_too_large(BundleFile file);
// Where a text first differs from what is expected, line and both lines; nothing if nowhere.
std::optional<std::string> first_difference(std::string_view text, std::string_view expected);

}  // namespace fiscus::draw

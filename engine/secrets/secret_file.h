// A secret in a file of its own, mode 0400 or it is refused. By name in one directory, which may be
// that of a service's credentials (systemd: LoadCredential):
//   draw-PROGRAMME-FIRSTDAY.key     the last key of a chain of instant draws: 64 hexadecimal digits
//   source-PROGRAMME-SOURCE-N.key   key N of a source, likewise
//   kafka.password                  of the user that Kafka knows: a line of text
// Thread: any. Fails: secret_missing when a file cannot be read, others may read it, or it holds
// something else; one that is not there is no error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/draw/digest.h"

namespace fiscus::secrets {

Result<std::optional<draw::Digest>> read_secret_file(const std::filesystem::path& path);

// One line, without its end, of 1 to 1,024 bytes.
Result<std::optional<std::string>> read_secret_line(const std::filesystem::path& path);

std::string source_key_file_name(ProgrammeId programme, SourceId source, std::uint32_t number);

// A file that cannot be used: as if it were not there yet, for it may be on its way.
Error unusable(const std::filesystem::path& path, std::string why, std::string hint);

}  // namespace fiscus::secrets

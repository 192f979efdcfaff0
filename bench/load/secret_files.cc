#include "bench/load/secret_files.h"

#include <fstream>
#include <system_error>

namespace fiscus::load {

Status write_secrets(const Load& load, const std::filesystem::path& directory) {
    for (const SecretFile& secret : load.secrets()) {
        const std::filesystem::path path = directory / secret.name;
        std::error_code failed;
        std::filesystem::create_directories(directory, failed);
        std::filesystem::remove(path, failed);
        std::ofstream file(path);
        std::filesystem::permissions(path, std::filesystem::perms::owner_read, failed);
        file << secret.text;
        file.close();
        if (failed || file.fail()) {
            return Error{ErrorCode::io, "cannot write " + path.string(), failed.message(),
                         "Give --secrets a directory that may be written."};
        }
    }
    return Done{};
}

}  // namespace fiscus::load

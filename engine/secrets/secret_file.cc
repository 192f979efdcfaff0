#include "engine/secrets/secret_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fiscus::secrets {
namespace {

constexpr std::size_t key_columns = 64;
constexpr std::size_t line_bytes_max = 1'024;

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

// Its text without the end of the line, and no more of it than shows that it is too long.
Result<std::optional<std::string>> read_text(const std::filesystem::path& path,
                                             std::size_t bytes_max) {
    const File file(path.string());
    if (file.get() < 0) {
        if (errno == ENOENT) {
            return std::optional<std::string>();
        }
        return unusable(path, std::strerror(errno),  // NOLINT(concurrency-mt-unsafe)
                        "it must be a file that this process may read");
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return unusable(path, "it is no file", "write the secret into a file");
    }
    if ((status.st_mode & 07777) != 0400) {
        return unusable(path, "others may read or change it", "chmod 0400 " + path.string());
    }
    std::string text(bytes_max + 2, '\0');
    const ssize_t size = ::read(file.get(), text.data(), text.size());
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    return std::optional(std::move(text));
}

}  // namespace

Error unusable(const std::filesystem::path& path, std::string why, std::string hint) {
    return {.code = ErrorCode::secret_missing,
            .what = "the key file " + path.string() + " cannot be used",
            .why = std::move(why),
            .hint = std::move(hint)};
}

Result<std::optional<draw::Digest>> read_secret_file(const std::filesystem::path& path) {
    FISCUS_ASSIGN(const auto text, read_text(path, key_columns));
    if (!text) {
        return std::optional<draw::Digest>();
    }
    draw::Digest key{};
    if (!draw::digest_from_hex(*text, key)) {
        return unusable(path, "it does not hold 64 hexadecimal digits and nothing else",
                        "write the key into it");
    }
    return std::optional(key);
}

Result<std::optional<std::string>> read_secret_line(const std::filesystem::path& path) {
    FISCUS_ASSIGN(auto text, read_text(path, line_bytes_max));
    if (text && (text->empty() || text->size() > line_bytes_max ||
                 text->find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos)) {
        return unusable(path, "it does not hold one line of 1 to 1,024 bytes",
                        "write the secret into it and nothing else");
    }
    return text;
}

std::string source_key_file_name(ProgrammeId programme, SourceId source, std::uint32_t number) {
    return "source-" + std::to_string(programme.value()) + "-" + std::to_string(source.value()) +
           "-" + std::to_string(number) + ".key";
}

}  // namespace fiscus::secrets

// `fiscus source-key`: a new key of a source, written to a file that only its owner may read, and
// the event that makes the ledger know it. The key itself is never shown.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/numbers.h"
#include "engine/app/pipeline.h"
#include "engine/secrets/event_mac.h"
#include "engine/secrets/secret_file.h"

namespace fiscus::app {
namespace {

Error not_written(const std::filesystem::path& path, int error) {
    return {ErrorCode::io, "cannot write the key " + path.string(),
            std::strerror(error),  // NOLINT(concurrency-mt-unsafe)
            error == EEXIST ? "Give the new key another number: a key is never overwritten."
                            : "Give --secrets a directory that may be written."};
}

Result<draw::Digest> random_key() {
    draw::Digest key{};
    if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) {
        return Error{ErrorCode::io, "the system gives no random bytes", "", "Try again."};
    }
    return key;
}

Status write_key(const std::filesystem::path& path, const draw::Digest& key) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (file < 0) {
        return not_written(path, errno);
    }
    const std::string text = to_hex(key) + "\n";
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    const int error = errno;
    ::close(file);
    if (!written) {
        ::unlink(path.c_str());
        return not_written(path, error);
    }
    return Done{};
}

class SourceKey final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "source-key",
                .summary = "Make a key for a source",
                .example =
                    "fiscus source-key --programme 7 --source 2 --number 1 --secrets /etc/fiscus/"
                    "keys",
                .details =
                    "Writes source-7-2-1.key, mode 0400, which `publish` signs with and the engine "
                    "needs, and prints the body of the SourceKeyAdded event by which the authority "
                    "makes it count. The log never holds the key, only its commitment.",
                .settings = {Setting::secrets_directory}};
    }

    void declare(CLI::App& options) override {
        options.add_option("--programme", programme_, "The programme of the source")
            ->type_name("P")
            ->check(whole_number(1, UINT32_MAX))
            ->required();
        options.add_option("--source", source_, "The source")
            ->type_name("N")
            ->check(whole_number(1, UINT16_MAX))
            ->required();
        options
            .add_option("--number", number_,
                        "Number of the key; 1 for one that SourceRegistered brings")
            ->type_name("N")
            ->check(whole_number(1, UINT32_MAX))
            ->required();
        options.add_flag("--sm3", sm3_, "HMAC-SM3 instead of HMAC-SHA256");
    }

    Result<ExitCode> run(Context& context) override {
        const std::filesystem::path directory = secrets_directory(context.settings);
        if (directory.empty()) {
            return Error{ErrorCode::usage, "there is no place for the key", "",
                         "Give --secrets DIR, a directory that only the publisher may read."};
        }
        const std::filesystem::path path =
            directory /
            secrets::source_key_file_name(ProgrammeId(programme_), SourceId(source_), number_);
        FISCUS_ASSIGN(const draw::Digest key, random_key());
        FISCUS_TRY(write_key(path, key));
        const auto kind = sm3_ ? draw::HashKind::sm3 : draw::HashKind::sha256;
        context.console.print(fmt::format(
            "{{\"source\":{},\"number\":{},\"key_algorithm\":\"{}\",\"commitment\":\"{}\"}}\n",
            source_, number_, sm3_ ? "hmac_sm3" : "hmac_sha256",
            to_hex(secrets::commitment_of(kind, key))));
        context.console.note(fmt::format("the key is in {}", path.string()));
        return ExitCode::success;
    }

private:
    std::uint32_t programme_ = 0;
    std::uint16_t source_ = 0;
    std::uint32_t number_ = 0;
    bool sm3_ = false;
};

}  // namespace

std::unique_ptr<Command> make_source_key() { return std::make_unique<SourceKey>(); }

}  // namespace fiscus::app

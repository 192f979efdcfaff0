#include "engine/app/event_signer.h"

#include <cstdio>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "engine/decode/decode.h"
#include "engine/secrets/secret_file.h"
#include "schemas/events_generated.h"

namespace fiscus::app {
namespace {

struct KeyName {
    std::uint32_t programme = 0;
    std::uint16_t source = 0;
    std::uint32_t number = 0;
};

// source-PROGRAMME-SOURCE-N.key; a name that is written another way is none.
std::optional<KeyName> key_name(const std::string& file) {
    KeyName name;
    if (std::sscanf(file.c_str(), "source-%u-%hu-%u.key", &name.programme, &name.source,
                    &name.number) != 3) {
        return std::nullopt;
    }
    return secrets::source_key_file_name(ProgrammeId(name.programme), SourceId(name.source),
                                         name.number) == file
               ? std::optional(name)
               : std::nullopt;
}

}  // namespace

Result<EventSigner> EventSigner::open(const std::filesystem::path& directory,
                                      draw::HashKind algorithm) {
    EventSigner signer;
    if (directory.empty()) {
        return signer;
    }
    std::error_code error;
    std::map<std::pair<std::uint32_t, std::uint16_t>, std::uint32_t> newest;
    for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error)) {
        if (const auto name = key_name(at->path().filename().string())) {
            std::uint32_t& number = newest[{name->programme, name->source}];
            number = std::max(number, name->number);
        }
    }
    if (error) {
        return Error{
            ErrorCode::secret_missing,
            fmt::format("cannot look into the directory of secrets {}", directory.string()),
            error.message(), "Give --secrets the directory where the source's key is."};
    }
    for (const auto& [of, number] : newest) {
        const std::filesystem::path path =
            directory /
            secrets::source_key_file_name(ProgrammeId(of.first), SourceId(of.second), number);
        FISCUS_ASSIGN(const auto key, secrets::read_secret_file(path));
        if (!key) {
            return secrets::unusable(path, "it is gone", "look who removes keys");
        }
        signer.keys_.emplace(of, Key{number, secrets::EventMac(algorithm, *key)});
    }
    return signer;
}

std::uint32_t EventSigner::key_of(std::uint32_t programme, std::uint16_t source) const {
    const auto found = keys_.find({programme, source});
    return found == keys_.end() ? 0 : found->second.number;
}

void EventSigner::sign(convert::BuiltEvent& event) {
    const auto found = keys_.find({event.programme, event.source});
    if (found == keys_.end()) {
        return;
    }
    const decode::Signature place =
        decode::signature_of(*wire::GetEvent(event.value.data()), event.value);
    FISCUS_CHECK(place.key == found->second.number, "an event that is signed has room for it");
    found->second.mac.sign(event.value, place.tag_at);
}

}  // namespace fiscus::app

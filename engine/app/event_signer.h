// Signs events before they are published, with the keys of their sources from the directory of
// secrets (engine/secrets/secret_file.h): of each source the one with the highest number. Sources
// without a key there are not signed.
// Thread: one. Fails: secret_missing for a file that cannot be used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "engine/app/convert/event_json.h"
#include "engine/base/result.h"
#include "engine/secrets/event_mac.h"

namespace fiscus::app {

class EventSigner {
public:
    // Nothing is signed where `directory` is empty. `algorithm`: of all its keys.
    static Result<EventSigner> open(const std::filesystem::path& directory,
                                    draw::HashKind algorithm);

    // 0 where the source has no key.
    [[nodiscard]] std::uint32_t key_of(std::uint32_t programme, std::uint16_t source) const;
    // An event that was built with room for the signature, if its source has a key.
    void sign(convert::BuiltEvent& event);
    [[nodiscard]] bool empty() const { return keys_.empty(); }

private:
    struct Key {
        std::uint32_t number = 0;
        secrets::EventMac mac;
    };

    std::map<std::pair<std::uint32_t, std::uint16_t>, Key> keys_;
};

}  // namespace fiscus::app

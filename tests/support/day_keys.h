// Keys of the days of instant draws, as whoever runs the draws would keep them in secret. A chain
// belongs to a name: its last key is the SHA-256 of the name, and each key is the hash of the one
// after it. A chain is known from the moment its head was asked for; oracle and engine under test
// find it by its head.
// Thread: any. Fails: never.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/reference/draw.h"

namespace fiscus::support {

struct KeyChain {
    std::string name = "chain";
    reference::HashKind kind = reference::HashKind::sha256;
    std::uint32_t days = 1;
};

// K_number, of which the last is K_days and the head K_0. Bytes, 32 of them.
std::string key_of(const KeyChain& chain, std::uint32_t number);
// K_0; from here on last_key_of() knows the chain.
std::string head_of(const KeyChain& chain);
// K_days of the chain with this K_0; nothing when no such chain is known.
std::optional<std::string> last_key_of(const std::string& chain_head);

}  // namespace fiscus::support

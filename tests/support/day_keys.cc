#include "tests/support/day_keys.h"

#include <map>
#include <mutex>

namespace fiscus::support {
namespace {

// Heads and last keys of the chains that tests have made.
struct Known {
    std::mutex mutex;
    std::map<std::string, std::string> last_keys;
};

Known& known() {
    static Known chains;
    return chains;
}

}  // namespace

std::string key_of(const KeyChain& chain, std::uint32_t number) {
    std::string key = reference::hash_of(reference::HashKind::sha256, chain.name);
    for (std::uint32_t day = chain.days; day > number; --day) {
        key = reference::hash_of(chain.kind, key);
    }
    return key;
}

std::string head_of(const KeyChain& chain) {
    const std::string head = key_of(chain, 0);
    const std::lock_guard lock(known().mutex);
    known().last_keys[head] = key_of(chain, chain.days);
    return head;
}

std::optional<std::string> last_key_of(const std::string& chain_head) {
    const std::lock_guard lock(known().mutex);
    const auto found = known().last_keys.find(chain_head);
    return found == known().last_keys.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace fiscus::support

// What the people of a random programme do about those who publish: sources and their keys.
#include <algorithm>

#include "tests/property/world.h"
#include "tests/reference/reading.h"

namespace fiscus::property {

void World::source_deed() {
    const auto source = random_.between<std::uint16_t>(slip() ? 0 : 5, 11);
    if (options_.seed % 4 == 0 && random_.chance(60)) {
        // Accepted where another source of the authority is left: not in every run.
        return say(authority(), support::SourceRevoked{.source = 1});
    }
    if (random_.chance(250)) {
        return say(authority(), support::SourceRevoked{.source = source});
    }
    if (random_.chance(400)) {
        return source_key_deed();
    }
    const auto platform = random_.between<std::uint16_t>(1, slip() ? 9 : 3);
    support::SourceRegistered e{.source = source, .platform = platform};
    if (random_.chance(400)) {
        e.key = some_source_key();
    }
    if (random_.chance(120)) {
        static const std::vector<wire::SourceRole> roles = {
            wire::SourceRole::unknown, wire::SourceRole::authority, wire::SourceRole::notary};
        e.role = slip() ? static_cast<wire::SourceRole>(random_.below(5)) : random_.pick(roles);
        e.platform = slip() ? platform : std::uint16_t{0};
    }
    say(slip() ? voice_of(1) : authority(), e);
}

// Mostly a new one: a key has one name for ever.
support::SourceKey World::some_source_key() {
    const std::uint64_t name = slip() ? random_.below(names_ + 1) : ++names_;
    return {.name = "key " + std::to_string(name),
            .algorithm = random_.chance(700) ? wire::KeyAlgorithm::hmac_sha256
                                             : wire::KeyAlgorithm::hmac_sm3};
}

// Keys come and go, of platforms mostly; of the authority, whose loss would end the programme's
// events, in few runs only.
void World::source_key_deed() {
    const bool of_authority = options_.seed % 4 == 1 && random_.chance(200);
    const auto source =
        of_authority ? std::uint16_t{1} : random_.between<std::uint16_t>(slip() ? 0 : 2, 6);
    const auto* found = random_.entry(rules().sources);
    const auto known = rules().sources.find(source);
    if (known != rules().sources.end()) {
        found = &*known;
    }
    const auto* key = found == nullptr ? nullptr : random_.entry(found->second.keys);
    if (key != nullptr && random_.chance(500)) {
        support::SourceKeyRevoked e{.source = source, .key = slip() ? 9 : key->first};
        if (random_.chance(400)) {
            e.opened = slip() ? std::string(32, 'k')
                              : support::secret_of_commitment(key->second.commitment);
        }
        return say(authority(), e);
    }
    const support::SourceKey added = some_source_key();
    say(slip() ? voice_of(1) : authority(),
        support::SourceKeyAdded{.source = source,
                                .key = random_.between<std::uint32_t>(slip() ? 0 : 1, 5),
                                .algorithm = added.algorithm,
                                .commitment = support::commitment_of(added)});
}

// The same about sources in every state, also about the authority's last one: it keeps its keys in
// most runs, because whoever loses them is heard no more.
void World::about_a_source_key() {
    const auto* found = random_.entry(rules().sources);
    if (random_.chance(400) && rules().sources.count(1) != 0) {
        found = &*rules().sources.find(1);
    }
    if (found == nullptr) {
        return;
    }
    const auto& [source, publisher] = *found;
    const auto* key = random_.entry(publisher.keys);
    if (key == nullptr || random_.chance(300)) {
        say(authority(), support::SourceKeyRevoked{.source = source, .key = 99});
    }
    const bool changes = options_.seed % 4 == 1 || publisher.role != wire::SourceRole::authority;
    if (changes && (publisher.keys.size() < 2 || random_.chance(200))) {
        const support::SourceKey added = some_source_key();
        say(authority(),
            support::SourceKeyAdded{.source = source,
                                    .key = static_cast<std::uint32_t>(publisher.keys.size()) + 1,
                                    .algorithm = added.algorithm,
                                    .commitment = support::commitment_of(added)});
    }
    if (key == nullptr) {
        return;
    }
    if (random_.chance(500)) {
        say(authority(), support::SourceKeyRevoked{
                             .source = source, .key = key->first, .opened = std::string(32, 'k')});
    }
    const auto valid = std::count_if(publisher.keys.begin(), publisher.keys.end(),
                                     [](const auto& each) { return !each.second.revoked; });
    if (changes && valid > 1 && random_.chance(300)) {
        say(authority(), support::SourceKeyRevoked{.source = source, .key = key->first});
    }
}

}  // namespace fiscus::property

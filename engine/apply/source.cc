// Sources (事件来源) and their keys. Only the authority publishes these.
#include "engine/apply/families.h"
#include "engine/apply/source_keys.h"

namespace fiscus::apply {
namespace {

using state::TableId;

// Keys of a source that count.
std::size_t valid_keys(const Context& c, std::uint32_t source) {
    std::size_t count = 0;
    c.state.source_keys.for_each([&](const state::Key& key, const state::SourceKeyRecord& record) {
        count +=
            key.programme == c.in.programme.value() && key.part == source && record.revoked == 0
                ? 1U
                : 0U;
    });
    return count;
}

// One that lost all its keys cannot say anything.
bool speaks_for_authority(const Context& c,
                          std::uint32_t number,
                          const state::SourceRecord& source) {
    return source.role == static_cast<std::uint8_t>(wire::SourceRole::authority) &&
           !source.revoked() && (!source.signs() || valid_keys(c, number) > 0);
}

// A count does not depend on the order in which the sources are met.
std::size_t authority_sources(const Context& c) {
    std::size_t count = 0;
    c.state.sources.for_each([&](const state::Key& key, const state::SourceRecord& source) {
        count +=
            key.programme == c.in.programme.value() && speaks_for_authority(c, key.part, source)
                ? 1U
                : 0U;
    });
    return count;
}

// Two names of one key would let whoever knows it, once it is opened, speak under the other.
bool commitment_known(const Context& c, const draw::Digest& commitment) {
    bool known = false;
    c.state.source_keys.for_each([&](const state::Key& key, const state::SourceKeyRecord& record) {
        known |= key.programme == c.in.programme.value() && record.commitment == commitment;
    });
    return known;
}

struct NewKey {
    std::uint16_t source = 0;
    std::uint32_t number = 0;
    wire::KeyAlgorithm algorithm = wire::KeyAlgorithm::none;
};

void add_key(Context& c, const NewKey& key, const draw::Digest& commitment) {
    auto& record =
        c.state.change(c.state.source_keys, source_key_key(c.in.programme, key.source, key.number));
    record.commitment = commitment;
    record.algorithm = static_cast<std::uint8_t>(key.algorithm);
    c.state.change(c.state.sources, c.key(TableId::source, key.source)).standing |=
        state::SourceRecord::signs_bit;
}

}  // namespace

Answer apply(Context& c, const wire::SourceRegistered& event) {
    // A terminated platform still refunds and settles, also after its key had to be replaced.
    if (event.role() == wire::SourceRole::platform &&
        c.state.platforms.get(c.key(TableId::platform, event.platform())) == nullptr) {
        return refused(wire::Reason::platform_unknown);
    }
    const state::Key key = c.key(TableId::source, event.source());
    if (c.state.sources.get(key) != nullptr) {
        return refused(wire::Reason::source_exists);
    }
    const bool signs = event.key_algorithm() != wire::KeyAlgorithm::none;
    const draw::Digest commitment =
        signs ? draw::digest_from(*event.verification_key()) : draw::Digest{};
    if (signs && commitment_known(c, commitment)) {
        return refused(wire::Reason::source_key_exists);
    }
    auto& source = c.state.change(c.state.sources, key);
    source.role = static_cast<std::uint8_t>(event.role());
    source.platform = event.platform();
    if (signs) {
        add_key(c, {.source = event.source(), .number = 1, .algorithm = event.key_algorithm()},
                commitment);
    }
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::SourceRevoked& event) {
    const state::Key key = c.key(TableId::source, event.source());
    const auto* source = c.state.sources.get(key);
    if (source == nullptr) {
        return refused(wire::Reason::source_unknown);
    }
    if (speaks_for_authority(c, event.source(), *source) && authority_sources(c) == 1) {
        return refused(wire::Reason::last_authority_source);
    }
    c.state.change(c.state.sources, key).standing |= state::SourceRecord::revoked_bit;
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::SourceKeyAdded& event) {
    if (c.state.sources.get(c.key(TableId::source, event.source())) == nullptr) {
        return refused(wire::Reason::source_unknown);
    }
    const draw::Digest commitment = draw::digest_from(*event.commitment());
    const state::Key key = source_key_key(c.in.programme, event.source(), event.number());
    if (c.state.source_keys.get(key) != nullptr || commitment_known(c, commitment)) {
        return refused(wire::Reason::source_key_exists);
    }
    add_key(
        c, {.source = event.source(), .number = event.number(), .algorithm = event.key_algorithm()},
        commitment);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::SourceKeyRevoked& event) {
    const auto* source = c.state.sources.get(c.key(TableId::source, event.source()));
    if (source == nullptr) {
        return refused(wire::Reason::source_unknown);
    }
    const state::Key key = source_key_key(c.in.programme, event.source(), event.number());
    const auto* record = c.state.source_keys.get(key);
    if (record == nullptr) {
        return refused(wire::Reason::source_key_unknown);
    }
    const auto* opened = event.opened();
    if (opened != nullptr &&
        secrets::commitment_of(hash_of(static_cast<wire::KeyAlgorithm>(record->algorithm)),
                               draw::digest_from(*opened)) != record->commitment) {
        return refused(wire::Reason::source_key_differs);
    }
    if (record->revoked == 0 && speaks_for_authority(c, event.source(), *source) &&
        valid_keys(c, event.source()) == 1 && authority_sources(c) == 1) {
        return refused(wire::Reason::last_authority_source);
    }
    c.state.change(c.state.source_keys, key).revoked = 1;
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply

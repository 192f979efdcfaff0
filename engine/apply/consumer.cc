// Consumer family (消费者): one identity is one consumer over all platforms of a programme.
#include "engine/apply/families.h"
#include "engine/apply/naming.h"

namespace fiscus::apply {

using state::TableId;

Answer apply(Context& c, const wire::ConsumerRegistered& event) {
    if (const auto reason = c.own_platform_refusal(); reason != wire::Reason::none) {
        return refused(reason);
    }
    const Id128 token = decode::id_of(event.consumer());
    const Id128 identity = decode::id_of(event.identity());
    const state::Key identity_key = c.key(TableId::identity, identity);
    const auto* owner = c.state.identities.get(identity_key);
    if (owner != nullptr && owner->consumer != token) {
        return refused(wire::Reason::identity_of_other_consumer);
    }
    const state::Key registration_key = c.key(TableId::registration, token);
    const auto* known = c.state.registrations.get(registration_key);
    if (known != nullptr && known->identity != identity) {
        return refused(wire::Reason::consumer_of_other_identity);
    }
    if (!c.rules->has_district(event.district())) {
        return refused(wire::Reason::consumer_district_not_eligible);
    }
    if (owner != nullptr) {
        return duplicate();
    }
    c.draft.consumer_ordinal = name_consumer(c, token).value();
    c.state.change(c.state.identities, identity_key).consumer = token;
    c.state.change(c.state.consumers, c.key(TableId::consumer, token)).registered = 1;
    auto& registration = c.state.change(c.state.registrations, registration_key);
    registration.identity = identity;
    registration.district = event.district();
    c.remember_natural_key();
    return accepted();
}

ConsumerOrdinal name_consumer(Context& c, Id128 token) {
    const state::Key key = c.key(TableId::consumer, token);
    const auto* known = c.state.consumers.get(key);
    if (known != nullptr) {
        return ConsumerOrdinal(known->ordinal);
    }
    auto& programme = c.state.change(c.state.programmes, c.key(TableId::programme));
    auto& consumer = c.state.change(c.state.consumers, key);
    consumer.ordinal = ++programme.consumers;
    return ConsumerOrdinal(consumer.ordinal);
}

}  // namespace fiscus::apply

// Consumer family (消费者): one identity is one consumer over all platforms of a programme.
#include "engine/apply/families.h"
#include "engine/apply/naming.h"

namespace fiscus::apply {

using state::TableId;

namespace {

// True when another identity had it first; whose it was first is kept.
bool note_contact(Context& c, state::ContactKind kind, const wire::Id128* id, Id128 identity) {
    if (id == nullptr || (id->hi() == 0 && id->lo() == 0)) {
        return false;
    }
    state::Key key = c.key(TableId::contact, static_cast<std::uint32_t>(kind));
    key.id = decode::id_of(id);
    if (const auto* first = c.state.contacts.get(key)) {
        return first->identity != identity;
    }
    c.state.change(c.state.contacts, key).identity = identity;
    return false;
}

}  // namespace

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
    c.draft.flags |= note_contact(c, state::ContactKind::phone, event.phone(), identity)
                         ? flag_phone_of_other
                         : std::uint8_t{0};
    c.draft.flags |= note_contact(c, state::ContactKind::device, event.device(), identity)
                         ? flag_device_of_other
                         : std::uint8_t{0};
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

wire::Reason check_registered(Context& c, Id128 token) {
    const bool lacks = c.rules->registration_required &&
                       c.state.consumers.get(c.key(TableId::consumer, token))->registered == 0;
    return lacks ? wire::Reason::consumer_not_registered : wire::Reason::none;
}

}  // namespace fiscus::apply

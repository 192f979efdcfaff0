// Merchant family (商户). A change counts from its event on; past redemptions keep what they
// recorded.
#include "engine/apply/families.h"

namespace fiscus::apply {
namespace {

using state::TableId;

template <typename Event>
void describe(Context& c, state::MerchantRecord& merchant, const Event& event) {
    merchant.district = event.district();
    merchant.industry = event.industry();
    merchant.category = c.rules->category_of(event.industry());
    merchant.size_class = static_cast<std::uint8_t>(event.size_class());
    merchant.limit_class = static_cast<std::uint8_t>(event.limit_class());
    merchant.channel = static_cast<std::uint8_t>(event.channel());
    c.draft.merchant_ordinal = merchant.ordinal;
    c.draft.industry = merchant.industry;
    c.draft.category = merchant.category;
    c.draft.size_class = merchant.size_class;
    c.draft.limit_class = merchant.limit_class;
    c.draft.channel = merchant.channel;
    c.remember_natural_key();
}

Answer set_suspended(Context& c, const wire::Id128* id, bool suspended) {
    const state::Key key = c.key(TableId::merchant, decode::id_of(id));
    const auto* merchant = c.state.merchants.get(key);
    if (merchant == nullptr) {
        return refused(wire::Reason::merchant_unknown);
    }
    if ((merchant->suspended != 0) == suspended) {
        return refused(suspended ? wire::Reason::merchant_suspended
                                 : wire::Reason::merchant_not_suspended);
    }
    c.state.change(c.state.merchants, key).suspended = suspended ? 1 : 0;
    c.draft.merchant_ordinal = merchant->ordinal;
    c.remember_natural_key();
    return accepted();
}

}  // namespace

Answer apply(Context& c, const wire::MerchantRegistered& event) {
    if (const auto reason = c.publisher_refusal(); reason != wire::Reason::none) {
        return refused(reason);
    }
    const state::Key key = c.key(TableId::merchant, decode::id_of(event.merchant()));
    if (c.state.merchants.get(key) != nullptr) {
        return refused(wire::Reason::merchant_exists);
    }
    auto& programme = c.state.change(c.state.programmes, c.key(TableId::programme));
    auto& merchant = c.state.change(c.state.merchants, key);
    merchant.ordinal = ++programme.merchants;
    merchant.registered_by = c.source.platform;
    describe(c, merchant, event);
    return accepted();
}

Answer apply(Context& c, const wire::MerchantChanged& event) {
    if (const auto reason = c.publisher_refusal(); reason != wire::Reason::none) {
        return refused(reason);
    }
    const state::Key key = c.key(TableId::merchant, decode::id_of(event.merchant()));
    const auto* merchant = c.state.merchants.get(key);
    if (merchant == nullptr) {
        return refused(wire::Reason::merchant_unknown);
    }
    if (c.by_platform() && merchant->registered_by != c.source.platform) {
        return refused(wire::Reason::merchant_of_other_platform);
    }
    describe(c, c.state.change(c.state.merchants, key), event);
    return accepted();
}

Answer apply(Context& c, const wire::MerchantSuspended& event) {
    return set_suspended(c, event.merchant(), true);
}

Answer apply(Context& c, const wire::MerchantResumed& event) {
    return set_suspended(c, event.merchant(), false);
}

}  // namespace fiscus::apply

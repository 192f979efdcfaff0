// Ladders of programme, source, platform, merchant, consumer and the source's day.
#include <algorithm>

#include "tests/reference/judge.h"

namespace fiscus::reference {

using wire::Reason;

namespace {

HashKind hash_of(wire::KeyAlgorithm algorithm) {
    return algorithm == wire::KeyAlgorithm::hmac_sm3 ? HashKind::sm3 : HashKind::sha256;
}

std::string bytes_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
    return {bytes->begin(), bytes->end()};
}

}  // namespace

Reason Judge::decide(const wire::ProgrammeOpened& e) {
    Programme fresh;
    if (e.categories() != nullptr) {
        for (const wire::Category* category : *e.categories()) {
            if (!fresh.categories.insert(category->category()).second) {
                return Reason::category_repeated;
            }
            if (category->industries() == nullptr) {
                continue;
            }
            for (const std::uint16_t industry : *category->industries()) {
                const auto [place, inserted] =
                    fresh.category_of_industry.emplace(industry, category->category());
                if (!inserted && place->second != category->category()) {
                    return Reason::category_repeated;
                }
            }
        }
    }
    if (e.districts() != nullptr) {
        programme_.districts.assign(e.districts()->begin(), e.districts()->end());
    }
    programme_.categories = std::move(fresh.categories);
    programme_.category_of_industry = std::move(fresh.category_of_industry);
    programme_.registration_required = e.registration_required();
    programme_.cut_minute = e.cut_minute();
    programme_.first_day = e.first_day();
    return Reason::none;
}

Reason Judge::decide(const wire::ProgrammeClosed&) {
    for (const auto& [number, batch] : programme_.batches) {
        if (!batch.closed) {
            return Reason::batches_still_open;
        }
    }
    for (const auto& [number, batch] : programme_.prize_batches) {
        if (!batch.closed) {
            return Reason::batches_still_open;
        }
    }
    programme_.closed = true;
    return Reason::none;
}

Reason Judge::decide(const wire::SourceRegistered& e) {
    if (e.role() == wire::SourceRole::platform) {
        if (programme_.platforms.count(e.platform()) == 0) {
            return Reason::platform_unknown;
        }
    }
    if (programme_.sources.count(e.source()) != 0) {
        return Reason::source_exists;
    }
    const bool signs = e.key_algorithm() != wire::KeyAlgorithm::none;
    if (signs && knows_key(bytes_of(e.verification_key()))) {
        return Reason::source_key_exists;
    }
    Source& source = programme_.sources[e.source()];
    source.role = e.role();
    source.platform = e.platform();
    if (signs) {
        source.keys[1] = {.hash = hash_of(e.key_algorithm()),
                          .commitment = bytes_of(e.verification_key())};
    }
    return Reason::none;
}

bool Judge::knows_key(const std::string& commitment) const {
    for (const auto& [number, source] : programme_.sources) {
        for (const auto& [key_number, key] : source.keys) {
            if (key.commitment == commitment) {
                return true;
            }
        }
    }
    return false;
}

bool Judge::alone_decides(std::uint16_t source) const {
    const auto decides = [](const auto& numbered) {
        return numbered.second.role == wire::SourceRole::authority && numbered.second.can_speak();
    };
    return decides(*programme_.sources.find(source)) &&
           std::count_if(programme_.sources.begin(), programme_.sources.end(), decides) == 1;
}

Reason Judge::decide(const wire::SourceKeyAdded& e) {
    const auto source = programme_.sources.find(e.source());
    if (source == programme_.sources.end()) {
        return Reason::source_unknown;
    }
    if (source->second.keys.count(e.number()) != 0 || knows_key(bytes_of(e.commitment()))) {
        return Reason::source_key_exists;
    }
    source->second.keys[e.number()] = {.hash = hash_of(e.key_algorithm()),
                                       .commitment = bytes_of(e.commitment())};
    return Reason::none;
}

Reason Judge::decide(const wire::SourceKeyRevoked& e) {
    const auto source = programme_.sources.find(e.source());
    if (source == programme_.sources.end()) {
        return Reason::source_unknown;
    }
    const auto found = source->second.keys.find(e.number());
    if (found == source->second.keys.end()) {
        return Reason::source_key_unknown;
    }
    SourceKey& key = found->second;
    if (e.opened() != nullptr &&
        reference::hash_of(key.hash, "fiscus-source-key-v1" + bytes_of(e.opened())) !=
            key.commitment) {
        return Reason::source_key_differs;
    }
    const auto counts = [](const auto& numbered) { return !numbered.second.revoked; };
    const bool last = !key.revoked && std::count_if(source->second.keys.begin(),
                                                    source->second.keys.end(), counts) == 1;
    if (last && alone_decides(e.source())) {
        return Reason::last_authority_source;
    }
    key.revoked = true;
    return Reason::none;
}

Reason Judge::decide(const wire::SourceRevoked& e) {
    const auto source = programme_.sources.find(e.source());
    if (source == programme_.sources.end()) {
        return Reason::source_unknown;
    }
    if (alone_decides(e.source())) {
        return Reason::last_authority_source;
    }
    source->second.revoked = true;
    return Reason::none;
}

Reason Judge::decide(const wire::PlatformAdmitted& e) {
    return programme_.platforms.emplace(e.platform(), Platform{}).second ? Reason::none
                                                                         : Reason::platform_exists;
}

Reason Judge::decide(const wire::PlatformSuspended& e) {
    const auto platform = programme_.platforms.find(e.platform());
    if (platform == programme_.platforms.end()) {
        return Reason::platform_unknown;
    }
    if (platform->second.suspended) {
        return Reason::platform_suspended;
    }
    if (platform->second.terminated) {
        return Reason::platform_terminated;
    }
    platform->second.suspended = true;
    return Reason::none;
}

Reason Judge::decide(const wire::PlatformResumed& e) {
    const auto platform = programme_.platforms.find(e.platform());
    if (platform == programme_.platforms.end()) {
        return Reason::platform_unknown;
    }
    if (!platform->second.suspended) {
        return Reason::platform_not_suspended;
    }
    if (platform->second.terminated) {
        return Reason::platform_terminated;
    }
    platform->second.suspended = false;
    return Reason::none;
}

Reason Judge::decide(const wire::PlatformTerminated& e) {
    const auto platform = programme_.platforms.find(e.platform());
    if (platform == programme_.platforms.end()) {
        return Reason::platform_unknown;
    }
    if (platform->second.terminated) {
        return Reason::platform_terminated;
    }
    platform->second.terminated = true;
    return Reason::none;
}

template <typename MerchantEvent>
void Judge::describe_merchant(const MerchantEvent& e, Merchant& merchant) {
    merchant.district = e.district();
    merchant.industry = e.industry();
    const auto category = programme_.category_of_industry.find(e.industry());
    merchant.category =
        category == programme_.category_of_industry.end() ? std::uint16_t{0} : category->second;
    merchant.size_class = e.size_class();
    merchant.limit_class = e.limit_class();
    merchant.channel = e.channel();
    answer_.merchant_ordinal = merchant.ordinal;
    answer_.industry = merchant.industry;
    answer_.category = merchant.category;
    answer_.size_class = static_cast<std::uint8_t>(merchant.size_class);
    answer_.limit_class = static_cast<std::uint8_t>(merchant.limit_class);
    answer_.channel = static_cast<std::uint8_t>(merchant.channel);
}

Reason Judge::decide(const wire::MerchantRegistered& e) {
    const Reason standing = check_publisher();
    if (standing != Reason::none) {
        return standing;
    }
    const Id id = id_of(e.merchant());
    if (programme_.merchants.count(id) != 0) {
        return Reason::merchant_exists;
    }
    const auto ordinal = static_cast<std::uint32_t>(programme_.merchants.size() + 1);
    Merchant& merchant = programme_.merchants[id];
    merchant.ordinal = ordinal;
    merchant.registered_by = source_.platform;
    describe_merchant(e, merchant);
    return Reason::none;
}

Reason Judge::decide(const wire::MerchantChanged& e) {
    const Reason standing = check_publisher();
    if (standing != Reason::none) {
        return standing;
    }
    const auto merchant = programme_.merchants.find(id_of(e.merchant()));
    if (merchant == programme_.merchants.end()) {
        return Reason::merchant_unknown;
    }
    if (source_.role == wire::SourceRole::platform &&
        merchant->second.registered_by != source_.platform) {
        return Reason::merchant_of_other_platform;
    }
    describe_merchant(e, merchant->second);
    return Reason::none;
}

Reason Judge::decide(const wire::MerchantSuspended& e) {
    const auto merchant = programme_.merchants.find(id_of(e.merchant()));
    if (merchant == programme_.merchants.end()) {
        return Reason::merchant_unknown;
    }
    if (merchant->second.suspended) {
        return Reason::merchant_suspended;
    }
    merchant->second.suspended = true;
    answer_.merchant_ordinal = merchant->second.ordinal;
    return Reason::none;
}

Reason Judge::decide(const wire::MerchantResumed& e) {
    const auto merchant = programme_.merchants.find(id_of(e.merchant()));
    if (merchant == programme_.merchants.end()) {
        return Reason::merchant_unknown;
    }
    if (!merchant->second.suspended) {
        return Reason::merchant_not_suspended;
    }
    merchant->second.suspended = false;
    answer_.merchant_ordinal = merchant->second.ordinal;
    return Reason::none;
}

namespace {

// Notes who gave a token first. The id of zeros is no token.
bool given_by_another(std::map<Id, Id>& givers, const Id& token, const Id& identity) {
    return !token.zero() && givers.emplace(token, identity).first->second != identity;
}

}  // namespace

Reason Judge::decide(const wire::ConsumerRegistered& e) {
    const Reason standing = check_platform();
    if (standing != Reason::none) {
        return standing;
    }
    const Id consumer = id_of(e.consumer());
    const Id identity = id_of(e.identity());
    const auto owner = programme_.consumer_of_identity.find(identity);
    if (owner != programme_.consumer_of_identity.end() && owner->second != consumer) {
        return Reason::identity_of_other_consumer;
    }
    const auto registered = programme_.identity_of_consumer.find(consumer);
    if (registered != programme_.identity_of_consumer.end() && registered->second != identity) {
        return Reason::consumer_of_other_identity;
    }
    if (!programme_.covers(e.district())) {
        return Reason::consumer_district_not_eligible;
    }
    if (registered != programme_.identity_of_consumer.end()) {
        repeats_ = true;
        return Reason::none;
    }
    answer_.consumer_ordinal = name_consumer(consumer);
    programme_.identity_of_consumer[consumer] = identity;
    programme_.consumer_of_identity[identity] = consumer;
    if (given_by_another(programme_.identity_of_phone, id_of(e.phone()), identity)) {
        answer_.flags |= phone_of_another;
    }
    if (given_by_another(programme_.identity_of_device, id_of(e.device()), identity)) {
        answer_.flags |= device_of_another;
    }
    return Reason::none;
}

Reason Judge::decide(const wire::SourceDayClosed& e) {
    return e.day() >= answer_.business_day ? Reason::day_not_over : Reason::none;
}

}  // namespace fiscus::reference

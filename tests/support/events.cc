#include "tests/support/events.h"

#include <type_traits>

namespace fiscus::support {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

// A struct's place in the buffer, or null for an id that is left out.
class WireId {
public:
    explicit WireId(const MaybeId& id)
        : there_(id.has_value()), id_(id.value_or(Id128{}).hi, id.value_or(Id128{}).lo) {}

    [[nodiscard]] const wire::Id128* get() const { return there_ ? &id_ : nullptr; }

private:
    bool there_;
    wire::Id128 id_;
};

template <typename T, typename Make>
auto table_vector(FlatBufferBuilder& b, const std::vector<T>& values, Make make) {
    std::vector<decltype(make(values[0]))> offsets;
    for (const T& value : values) {
        offsets.push_back(make(value));
    }
    return b.CreateVector(offsets);
}

Offset<flatbuffers::String> text_of(FlatBufferBuilder& b, const MaybeText& text) {
    return text ? b.CreateString(*text) : Offset<flatbuffers::String>();
}

Offset<flatbuffers::Vector<std::uint8_t>> bytes_of(FlatBufferBuilder& b, const MaybeText& bytes) {
    return bytes ? b.CreateVector(std::vector<std::uint8_t>(bytes->begin(), bytes->end()))
                 : Offset<flatbuffers::Vector<std::uint8_t>>();
}

Offset<void> build(FlatBufferBuilder&, const std::monostate&) { return 0; }
Offset<void> build(FlatBufferBuilder& b, const ProgrammeOpened& e) {
    const auto name = b.CreateString(e.name);
    const auto authority = b.CreateString(e.authority);
    const auto districts = b.CreateVector(e.districts);
    const auto categories = table_vector(b, e.categories, [&b](const Category& c) {
        const auto label = b.CreateString("业态");
        const auto industries = b.CreateVector(c.industries);
        return wire::CreateCategory(b, c.category, label, industries);
    });
    return wire::CreateProgrammeOpened(b, name, authority, districts, 1, 1, categories,
                                       e.cut_minute, e.registration_required, e.first_day)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const ProgrammeClosed& e) {
    return wire::CreateProgrammeClosed(b, b.CreateString(e.why)).Union();
}
Offset<void> build(FlatBufferBuilder& b, const SourceRegistered& e) {
    const std::string known_by = e.key ? commitment_of(*e.key) : std::string(32, '\7');
    const auto verification_key = bytes_of(b, known_by);
    return wire::CreateSourceRegistered(b, e.source, e.role, e.platform, verification_key,
                                        b.CreateString(e.name),
                                        e.key ? e.key->algorithm : wire::KeyAlgorithm::none)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const SourceKeyAdded& e) {
    return wire::CreateSourceKeyAdded(b, e.source, e.key, e.algorithm, bytes_of(b, e.commitment))
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const SourceKeyRevoked& e) {
    const auto why = b.CreateString("更换");
    return wire::CreateSourceKeyRevoked(b, e.source, e.key, why, bytes_of(b, e.opened)).Union();
}
Offset<void> build(FlatBufferBuilder& b, const SourceRevoked& e) {
    return wire::CreateSourceRevoked(b, e.source, b.CreateString("停用")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const PlatformAdmitted& e) {
    return wire::CreatePlatformAdmitted(b, e.platform, b.CreateString(e.name)).Union();
}
Offset<void> build(FlatBufferBuilder& b, const PlatformSuspended& e) {
    return wire::CreatePlatformSuspended(b, e.platform, b.CreateString("熔断")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const PlatformResumed& e) {
    return wire::CreatePlatformResumed(b, e.platform, b.CreateString("恢复")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const PlatformTerminated& e) {
    return wire::CreatePlatformTerminated(b, e.platform, b.CreateString("终止")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const MerchantRegistered& e) {
    const auto number = b.CreateString(e.registered_number);
    const auto name = b.CreateString(e.name);
    const auto letter = b.CreateString("承诺书-1");
    return wire::CreateMerchantRegistered(b, WireId(e.merchant).get(), number, name, e.district,
                                          e.industry, e.size_class, e.limit_class, e.channel,
                                          letter)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const MerchantChanged& e) {
    return wire::CreateMerchantChanged(b, WireId(e.merchant).get(), b.CreateString(e.name),
                                       e.district, e.industry, e.size_class, e.limit_class,
                                       e.channel)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const MerchantSuspended& e) {
    return wire::CreateMerchantSuspended(b, WireId(e.merchant).get(), b.CreateString("熔断"))
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const MerchantResumed& e) {
    return wire::CreateMerchantResumed(b, WireId(e.merchant).get(), b.CreateString("恢复")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const FundDeposited& e) {
    return wire::CreateFundDeposited(b, WireId(e.account).get(), e.amount_fen).Union();
}
Offset<void> build(FlatBufferBuilder& b, const BatchFunded& e) {
    return wire::CreateBatchFunded(b, e.batch, e.amount_fen, e.tier).Union();
}
Offset<void> build(FlatBufferBuilder& b, const FundReturned& e) {
    return wire::CreateFundReturned(b, WireId(e.account).get(), e.amount_fen).Union();
}
Offset<void> build(FlatBufferBuilder& b, const BatchOpened& e) {
    const auto name = b.CreateString(e.name);
    const auto packs = table_vector(b, e.packs, [&b](const Pack& p) {
        return wire::CreatePack(b, p.pack, text_of(b, p.name), p.channel, p.category);
    });
    const auto denominations = table_vector(b, e.denominations, [&b](const Denomination& d) {
        return wire::CreateDenomination(b, d.denomination, d.pack, d.face_fen, d.threshold_fen);
    });
    const auto platforms = table_vector(b, e.platform_quotas, [&b](const PlatformQuota& q) {
        return wire::CreatePlatformQuota(b, q.platform, q.count);
    });
    const auto districts = table_vector(b, e.district_quotas, [&b](const DistrictQuota& q) {
        return wire::CreateDistrictQuota(b, q.district, q.count);
    });
    const auto categories = b.CreateVector(e.categories);
    return wire::CreateBatchOpened(b, e.batch, name, e.claim_from_us, e.claim_until_us,
                                   e.redeem_first_day, e.redeem_last_day, e.valid_days, packs,
                                   denominations, e.quota, e.quota_per_day, platforms, districts,
                                   categories, e.cap_per_consumer_day, e.cap_per_consumer,
                                   e.restore_on_full_refund, e.stacking_max,
                                   e.shipping_inside_province, e.void_returns_quota)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const BatchAdjusted& e) {
    const auto optional = [](const auto& value) {
        using Value = typename std::remove_cvref_t<decltype(value)>::value_type;
        return value ? flatbuffers::Optional<Value>(*value) : flatbuffers::nullopt;
    };
    return wire::CreateBatchAdjusted(b, e.batch, optional(e.claim_until_us), optional(e.quota),
                                     optional(e.quota_per_day), optional(e.cap_per_consumer_day),
                                     optional(e.cap_per_consumer), b.CreateString("调整"))
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const BatchClosed& e) {
    return wire::CreateBatchClosed(b, e.batch, b.CreateString("结束")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const ConsumerRegistered& e) {
    return wire::CreateConsumerRegistered(b, WireId(e.consumer).get(), WireId(e.identity).get(),
                                          WireId(e.phone).get(), WireId(e.device).get(), e.district)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const VoucherClaimed& e) {
    return wire::CreateVoucherClaimed(b, WireId(e.consumer).get(), e.batch, e.pack, e.denomination,
                                      e.district, WireId(e.device).get())
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const VoucherRedeemed& e) {
    std::vector<wire::Id128> vouchers;
    for (const Id128& id : e.vouchers) {
        vouchers.emplace_back(id.hi, id.lo);
    }
    const auto list = b.CreateVectorOfStructs(vouchers);
    return wire::CreateVoucherRedeemed(b, list, WireId(e.consumer).get(), WireId(e.merchant).get(),
                                       e.order_amount_fen, e.subsidy_fen, e.platform_match_fen,
                                       e.merchant_match_fen, e.online, e.ship_from_province,
                                       e.ship_to_province)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const RedemptionRefunded& e) {
    return wire::CreateRedemptionRefunded(b, WireId(e.redemption).get(), e.order_amount_fen,
                                          e.subsidy_fen)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const VoucherVoided& e) {
    return wire::CreateVoucherVoided(b, WireId(e.voucher).get(), b.CreateString("作废")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const PrizeBatchOpened& e) {
    const auto name = text_of(b, e.name);
    const auto categories = b.CreateVector(e.categories);
    const auto tiers = table_vector(b, e.tiers, [&b](const PrizeTier& t) {
        return wire::CreatePrizeTier(b, t.tier, t.count, t.amount_fen);
    });
    const auto algorithm = text_of(b, e.algorithm);
    const auto commitment = bytes_of(b, e.commitment);
    const auto digits_source = text_of(b, e.digits_source);
    const auto public_value_source = text_of(b, e.public_value_source);
    return wire::CreatePrizeBatchOpened(
               b, e.batch, name, e.draw_platform, e.submit_from_us, e.submit_until_us,
               e.issue_first_day, e.issue_last_day, e.amount_min_fen, categories,
               e.cap_per_consumer_day, e.cap_per_consumer, tiers, e.reserves, algorithm, commitment,
               digits_source, e.digits_at_us, public_value_source, e.public_value_at_us)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const InvoiceSubmitted& e) {
    return wire::CreateInvoiceSubmitted(b, WireId(e.invoice).get(), WireId(e.consumer).get(),
                                        e.batch, WireId(e.merchant).get(), e.issue_day,
                                        e.amount_fen)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const InvoiceVerified& e) {
    return wire::CreateInvoiceVerified(b, WireId(e.invoice).get()).Union();
}
Offset<void> build(FlatBufferBuilder& b, const InvoiceRejected& e) {
    return wire::CreateInvoiceRejected(b, WireId(e.invoice).get(), e.fault).Union();
}
Offset<void> build(FlatBufferBuilder& b, const InvoiceReversed& e) {
    return wire::CreateInvoiceReversed(b, WireId(e.invoice).get(), b.CreateString("红冲")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const DrawSealed& e) {
    return wire::CreateDrawSealed(b, e.batch, e.count, bytes_of(b, e.root)).Union();
}
Offset<void> build(FlatBufferBuilder& b, const DrawSeedPublished& e) {
    const auto secret = bytes_of(b, e.secret);
    const auto digits = text_of(b, e.digits);
    const auto public_value = text_of(b, e.public_value);
    return wire::CreateDrawSeedPublished(b, e.batch, secret, digits, public_value).Union();
}
Offset<void> build(FlatBufferBuilder& b, const DrawExecuted& e) {
    return wire::CreateDrawExecuted(b, e.batch, bytes_of(b, e.result_root)).Union();
}
Offset<void> build(FlatBufferBuilder& b, const DrawAborted& e) {
    return wire::CreateDrawAborted(b, e.batch, b.CreateString("中止")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const InstantDrawOpened& e) {
    const auto name = text_of(b, e.name);
    const auto algorithm = text_of(b, e.algorithm);
    const auto chain_head = bytes_of(b, e.chain_head);
    const auto public_value_source = text_of(b, e.public_value_source);
    const auto tiers = table_vector(b, e.tiers, [&b](const InstantTier& t) {
        const auto amounts = table_vector(b, t.amounts, [&b](const InstantAmount& a) {
            return wire::CreateInstantAmount(b, a.denomination, a.weight);
        });
        const auto releases = table_vector(b, t.releases, [&b](const InstantRelease& r) {
            return wire::CreateInstantRelease(b, r.at_us, r.count);
        });
        return wire::CreateInstantTier(b, t.tier, t.pack, t.chance, t.moves_on, amounts, releases);
    });
    return wire::CreateInstantDrawOpened(b, e.batch, name, algorithm, e.first_day, e.days,
                                         chain_head, public_value_source, e.wins_max, tiers)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const PublicValuePublished& e) {
    return wire::CreatePublicValuePublished(b, e.day, text_of(b, e.value)).Union();
}
Offset<void> build(FlatBufferBuilder& b, const DrawRequested& e) {
    return wire::CreateDrawRequested(b, WireId(e.consumer).get(), e.district,
                                     WireId(e.device).get())
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const DayKeyOpened& e) {
    return wire::CreateDayKeyOpened(b, e.day, bytes_of(b, e.key)).Union();
}
Offset<void> build(FlatBufferBuilder& b, const PrizePaid& e) {
    return wire::CreatePrizePaid(b, WireId(e.invoice).get(), e.amount_fen).Union();
}
Offset<void> build(FlatBufferBuilder& b, const PrizePayoutFailed& e) {
    return wire::CreatePrizePayoutFailed(b, WireId(e.invoice).get(), b.CreateString("退票"))
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const PrizeForfeited& e) {
    return wire::CreatePrizeForfeited(b, WireId(e.invoice).get(), b.CreateString("弃奖")).Union();
}
Offset<void> build(FlatBufferBuilder& b, const PrizeRecovered& e) {
    return wire::CreatePrizeRecovered(b, WireId(e.invoice).get(), e.amount_fen).Union();
}
Offset<void> build(FlatBufferBuilder& b, const SettlementRequested& e) {
    return wire::CreateSettlementRequested(b, e.batch, e.amount_fen).Union();
}
Offset<void> build(FlatBufferBuilder& b, const SettlementPaid& e) {
    return wire::CreateSettlementPaid(b, WireId(e.request).get(), e.amount_fen).Union();
}
Offset<void> build(FlatBufferBuilder& b, const RecoveryDemanded& e) {
    return wire::CreateRecoveryDemanded(b, e.platform, WireId(e.merchant).get(), e.amount_fen,
                                        b.CreateString("套现"))
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const RecoveryReceived& e) {
    return wire::CreateRecoveryReceived(b, e.platform, WireId(e.merchant).get(), e.amount_fen)
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const CompensationReceived& e) {
    return wire::CreateCompensationReceived(b, e.platform, e.amount_fen, b.CreateString("赔付"))
        .Union();
}
Offset<void> build(FlatBufferBuilder& b, const SourceDayClosed& e) {
    const auto totals = table_vector(b, e.totals, [&b](const ControlTotal& t) {
        return wire::CreateControlTotal(b, t.batch, t.issued_count, t.issued_fen, t.redeemed_count,
                                        t.redeemed_fen, t.refunded_count, t.refunded_fen);
    });
    return wire::CreateSourceDayClosed(b, e.day, totals).Union();
}
Offset<void> build(FlatBufferBuilder& b, const ClockAdvanced& e) {
    return wire::CreateClockAdvanced(b, e.now_us).Union();
}

// SplitMix64: spreads the bits of a counter or of a weak hash.
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

// The number of the key, and room for the tag.
MaybeText unsigned_signature(const Envelope& envelope) {
    if (!envelope.signing) {
        return envelope.signature;
    }
    std::string bytes(36, '\0');
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[i] = static_cast<char>(envelope.signing->number >> 8 * i);
    }
    return bytes;
}

void sign(std::string& value, const SourceKey& key) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(value.data());
    const auto* place = wire::GetEvent(bytes)->signature()->data() + 4;
    const std::string tag =
        reference::keyed_hash_of(hash_of(key.algorithm), secret_of(key), "fiscus-event-v1" + value);
    value.replace(static_cast<std::size_t>(place - bytes), tag.size(), tag);
}

}  // namespace

Id128 id_named(std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return {.hi = mixed(hash), .lo = mixed(~hash) | 1U};
}

std::string event_bytes(const Envelope& envelope, const Body& body) {
    FlatBufferBuilder builder(512);
    Offset<void> content = 0;
    if (envelope.with_body) {
        content = std::visit([&builder](const auto& e) { return build(builder, e); }, body);
    }
    const auto signature = bytes_of(builder, unsigned_signature(envelope));
    const wire::Origin origin(envelope.sequence, envelope.epoch, envelope.source, 0);
    const wire::Id128 key(envelope.key.hi, envelope.key.lo);
    const auto kind = envelope.kind.value_or(static_cast<std::uint8_t>(body.index()));
    wire::EventBuilder event(builder);
    event.add_programme(envelope.programme);
    if (envelope.with_origin) {
        event.add_origin(&origin);
    }
    event.add_occurred_at_us(envelope.occurred_at_us);
    if (envelope.with_key) {
        event.add_key(&key);
    }
    if (!signature.IsNull()) {
        event.add_signature(signature);
    }
    event.add_body_type(static_cast<wire::EventBody>(kind));
    if (!content.IsNull()) {
        event.add_body(content);
    }
    wire::FinishEventBuffer(builder, event.Finish());
    std::string value(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
    if (envelope.signing) {
        sign(value, envelope.signing->key);
    }
    return value;
}

std::string record_key(std::uint32_t programme) { return std::to_string(programme); }

}  // namespace fiscus::support

// What an event says of itself (docs/domain.md §6): copied into the answer before any rule is
// asked, so that a refusal can be acted on. What the rules resolve is added by the judge.
#include <algorithm>

#include "tests/reference/judge.h"
#include "tests/reference/kinds.h"

namespace fiscus::reference {
namespace {

// Everything that carries one of these fields states it; claims and merchants also their place.
template <typename Body>
concept has_batch = requires(const Body& e) {
    e.batch();
};
template <typename Body>
concept has_platform = requires(const Body& e) {
    e.platform();
};
template <typename Body>
concept has_merchant = requires(const Body& e) {
    e.merchant();
};
template <typename Body>
concept has_invoice = requires(const Body& e) {
    e.invoice();
};
template <typename Body>
concept has_consumer = requires(const Body& e) {
    e.consumer();
};
template <typename Body>
concept has_account = requires(const Body& e) {
    e.account();
};
template <typename Body>
concept has_district = requires(const Body& e) {
    e.district();
};

Id subject_of(const wire::VoucherRedeemed& e) {
    return e.vouchers() == nullptr || e.vouchers()->size() == 0 ? Id{}
                                                                : id_of(e.vouchers()->Get(0));
}
Id subject_of(const wire::RedemptionRefunded& e) { return id_of(e.redemption()); }
Id subject_of(const wire::VoucherVoided& e) { return id_of(e.voucher()); }
Id subject_of(const wire::SettlementPaid& e) { return id_of(e.request()); }
template <typename Body>
Id subject_of(const Body& e) {
    if constexpr (has_invoice<Body>) {
        return id_of(e.invoice());
    } else if constexpr (has_consumer<Body>) {
        return id_of(e.consumer());
    } else if constexpr (has_merchant<Body>) {
        return id_of(e.merchant());
    } else if constexpr (has_account<Body>) {
        return id_of(e.account());
    } else {
        return {};
    }
}

template <typename Body>
void state_own(const Body&, Answer&) {}
void state_own(const wire::VoucherClaimed& e, Answer& a) {
    a.pack = e.pack();
    a.denomination = e.denomination();
}
void state_own(const wire::VoucherRedeemed& e, Answer& a) {
    const std::size_t count = e.vouchers() == nullptr ? 0 : e.vouchers()->size();
    a.vouchers = static_cast<std::uint8_t>(std::min<std::size_t>(count, 255));
}
void state_own(const wire::BatchFunded& e, Answer& a) { a.denomination = e.tier(); }
void state_own(const wire::InvoiceRejected& e, Answer& a) {
    a.denomination = static_cast<std::uint16_t>(e.fault());
}
void state_own(const wire::PublicValuePublished& e, Answer& a) { a.origin_day = e.day(); }
void state_own(const wire::DayKeyOpened& e, Answer& a) { a.origin_day = e.day(); }
void state_own(const wire::SourceDayClosed& e, Answer& a) { a.origin_day = e.day(); }
void state_own(const wire::ClockAdvanced& e, Answer& a) { a.origin_day = day_of(e.now_us()); }

}  // namespace

Id id_of(const wire::Id128* id) {
    return id == nullptr ? Id{} : Id{.hi = id->hi(), .lo = id->lo()};
}

void state_dimensions(const wire::Event& event, Answer& answer) {
    answer.programme = event.programme();
    answer.source = event.origin()->source();
    answer.epoch = event.origin()->epoch();
    answer.source_sequence = event.origin()->sequence();
    answer.occurred_at_us = event.occurred_at_us();
    answer.business_day = day_of(event.occurred_at_us());
    answer.key = id_of(event.key());
    answer.kind = event.body_type();
    visit_body(event, [&answer](const auto& body) {
        using Body = std::remove_cvref_t<decltype(body)>;
        answer.subject = subject_of(body);
        if constexpr (has_batch<Body>) {
            answer.batch = body.batch();
        }
        if constexpr (has_platform<Body>) {
            answer.platform = body.platform();
        }
        if constexpr (has_district<Body>) {
            answer.district = body.district();
        }
        state_own(body, answer);
    });
}

}  // namespace fiscus::reference

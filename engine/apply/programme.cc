// Programme family (活动): opened, closed, platforms. Only the authority publishes these.
#include <algorithm>

#include "engine/apply/families.h"

namespace fiscus::apply {
namespace {

using state::TableId;

const state::PlatformRecord* platform_of(Context& c, std::uint16_t platform) {
    return c.state.platforms.get(c.key(TableId::platform, platform));
}

// The record to change; a new one for a platform that is admitted.
state::PlatformRecord& change_platform(Context& c, std::uint16_t platform) {
    c.remember_natural_key();
    return c.state.change(c.state.platforms, c.key(TableId::platform, platform));
}

}  // namespace

Answer apply(Context& c, const wire::ProgrammeOpened& event) {
    if (c.rules != nullptr) {
        return refused(wire::Reason::programme_exists);
    }
    if (!programme_rules(event).has_value()) {
        return refused(wire::Reason::category_repeated);
    }
    auto& programme = c.state.change(c.state.programmes, c.key(TableId::programme));
    programme.authority_source = c.in.source.value();
    programme.log_time_us = c.in.logged_at_us;
    auto& source = c.state.change(c.state.sources, c.key(TableId::source, c.in.source.value()));
    source.role = static_cast<std::uint8_t>(wire::SourceRole::authority);
    c.state.define({.programme = c.in.programme.value()}, c.in.value);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::ProgrammeClosed&) {
    const auto is_open = [&c](const auto& batch) {
        return c.batch(BatchId(batch.first)).closed == 0;
    };
    if (std::any_of(c.rules->batches.begin(), c.rules->batches.end(), is_open) ||
        std::any_of(c.rules->prize_batches.begin(), c.rules->prize_batches.end(), is_open)) {
        return refused(wire::Reason::batches_still_open);
    }
    c.state.change(c.state.programmes, c.key(TableId::programme)).closed = 1;
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::PlatformAdmitted& event) {
    if (platform_of(c, event.platform()) != nullptr) {
        return refused(wire::Reason::platform_exists);
    }
    change_platform(c, event.platform());
    return accepted();
}

Answer apply(Context& c, const wire::PlatformSuspended& event) {
    const auto* platform = platform_of(c, event.platform());
    if (platform == nullptr) {
        return refused(wire::Reason::platform_unknown);
    }
    if (platform->suspended != 0) {
        return refused(wire::Reason::platform_suspended);
    }
    if (platform->terminated != 0) {
        return refused(wire::Reason::platform_terminated);
    }
    change_platform(c, event.platform()).suspended = 1;
    return accepted();
}

Answer apply(Context& c, const wire::PlatformResumed& event) {
    const auto* platform = platform_of(c, event.platform());
    if (platform == nullptr) {
        return refused(wire::Reason::platform_unknown);
    }
    if (platform->suspended == 0) {
        return refused(wire::Reason::platform_not_suspended);
    }
    if (platform->terminated != 0) {
        return refused(wire::Reason::platform_terminated);
    }
    change_platform(c, event.platform()).suspended = 0;
    return accepted();
}

Answer apply(Context& c, const wire::PlatformTerminated& event) {
    const auto* platform = platform_of(c, event.platform());
    if (platform == nullptr) {
        return refused(wire::Reason::platform_unknown);
    }
    if (platform->terminated != 0) {
        return refused(wire::Reason::platform_terminated);
    }
    change_platform(c, event.platform()).terminated = 1;
    return accepted();
}

}  // namespace fiscus::apply

#include "projections/reconcile/reconcile.h"

#include <algorithm>

#include "projections/entry.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

constexpr std::array<ControlFigureInfo, control_figure_count> figure_table{{
    {"issued_count", "Vouchers issued", "发放张数", false},
    {"issued_amount", "Amount issued", "发放金额", true},
    {"redeemed_count", "Redemptions", "核销笔数", false},
    {"redeemed_amount", "Amount redeemed", "核销金额", true},
    {"refunded_count", "Refunds", "核销退款笔数", false},
    {"refunded_amount", "Subsidy refunded", "核销退款金额", true},
}};

constexpr std::size_t place_of(ControlFigure figure) { return static_cast<std::size_t>(figure); }

// The count that it adds to; its amount comes right after it.
std::optional<std::size_t> first_figure(const wire::Entry& entry) {
    const wire::EventBody kind = kind_of(entry);
    if (kind == wire::EventBody::VoucherClaimed || is_win(entry)) {
        return place_of(ControlFigure::issued_count);
    }
    if (kind == wire::EventBody::VoucherRedeemed) {
        return place_of(ControlFigure::redeemed_count);
    }
    if (kind == wire::EventBody::RedemptionRefunded) {
        return place_of(ControlFigure::refunded_count);
    }
    return std::nullopt;
}

Error too_large(std::string_view what) {
    return {.code = ErrorCode::corrupt,
            .what = std::string(what) + " does not fit 64 bits",
            .why = "amounts of one day are beyond any public fund",
            .hint = "look at the amounts of the journal's last entries"};
}

// Counts of upstream are unsigned; one beyond 2^63 is as wrong as 2^63 − 1.
std::int64_t clamped(std::uint64_t count) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX));
}

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
        return a < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

std::string encode(const ControlFigures& figures) {
    std::string value;
    for (const std::int64_t figure : figures) {
        put_signed(value, figure);
    }
    return value;
}

ControlFigures parse(Reader& reader) {
    ControlFigures figures{};
    for (std::int64_t& figure : figures) {
        figure = reader.signed_varint();
    }
    return figures;
}

}  // namespace

std::span<const ControlFigureInfo, control_figure_count> control_figures() { return figure_table; }

std::string_view id_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::equal: return "equal";
        case Verdict::surplus: return "surplus";
        case Verdict::shortage: return "shortage";
        case Verdict::not_reported: return "not_reported";
    }
    return "";
}

std::string_view chinese_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::equal: return "相符";
        case Verdict::surplus: return "长款";
        case Verdict::shortage: return "短款";
        case Verdict::not_reported: return "未报送";
    }
    return "";
}

std::int64_t Comparison::difference(ControlFigure figure) const {
    const std::size_t at = place_of(figure);
    return reported ? saturating_sum((*reported)[at], -ledger[at]) : 0;
}

Verdict Comparison::verdict(ControlFigure figure) const {
    if (!reported) {
        return Verdict::not_reported;
    }
    const std::int64_t off = difference(figure);
    return off == 0 ? Verdict::equal : off > 0 ? Verdict::surplus : Verdict::shortage;
}

std::size_t Reconciliation::Hash::operator()(const Place& place) const {
    std::uint64_t mixed = static_cast<std::uint64_t>(static_cast<std::uint32_t>(place.day)) << 32 ^
                          static_cast<std::uint64_t>(place.platform) << 48 ^ place.batch;
    mixed *= 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(mixed ^ mixed >> 32);
}

Reconciliation::LedgerDay& Reconciliation::ledger_day(const Place& place) {
    const auto [at, is_new] = index_.try_emplace(place, static_cast<std::uint32_t>(ledger_.size()));
    if (is_new) {
        ledger_by_day_[place.day].push_back(at->second);
        ledger_.push_back({.place = place});
    }
    return ledger_[at->second];
}

Status Reconciliation::count(const wire::Entry& entry) {
    const std::optional<std::size_t> first = first_figure(entry);
    if (!first) {
        return Done{};
    }
    LedgerDay& day = ledger_day(
        {.day = entry.business_day(), .platform = entry.platform(), .batch = entry.batch()});
    if (!day.dirty) {
        day.dirty = true;
        dirty_ledger_.push_back(static_cast<std::uint32_t>(&day - ledger_.data()));
    }
    ++day.figures[*first];
    std::int64_t& amount = day.figures[*first + 1];
    if (__builtin_add_overflow(amount, entry.amount_fen(), &amount)) {
        return too_large("a platform's amount of one day");
    }
    return Done{};
}

Status Reconciliation::close_day(const wire::Entry& entry, const wire::SourceDayClosed& closed) {
    const ControlPlace place{
        .day = closed.day(), .platform = entry.platform(), .source = entry.source()};
    Totals& totals = control_[place];
    totals.clear();
    if (closed.totals() != nullptr) {
        for (const wire::ControlTotal* total : *closed.totals()) {
            const ControlFigures figures = {
                clamped(total->issued_count()),   total->issued_fen(),
                clamped(total->redeemed_count()), total->redeemed_fen(),
                clamped(total->refunded_count()), total->refunded_fen()};
            ControlFigures& sum = totals[total->batch()];
            for (std::size_t at = 0; at < control_figure_count; ++at) {
                sum[at] = saturating_sum(sum[at], figures[at]);
            }
        }
    }
    dirty_control_.insert(place);
    due_.insert(place.day);
    dirty_days_.insert(place.day);
    return Done{};
}

std::vector<Comparison> Reconciliation::compare(std::int32_t day) const {
    std::map<std::pair<std::uint16_t, std::uint32_t>, Comparison> lines;
    std::set<std::uint16_t> closed_by;
    for (auto at = control_.lower_bound({.day = day}); at != control_.end() && at->first.day == day;
         ++at) {
        closed_by.insert(at->first.platform);
        for (const auto& [batch, figures] : at->second) {
            std::optional<ControlFigures>& sum = lines[{at->first.platform, batch}].reported;
            sum = sum.value_or(ControlFigures{});
            for (std::size_t figure = 0; figure < control_figure_count; ++figure) {
                (*sum)[figure] = saturating_sum((*sum)[figure], figures[figure]);
            }
        }
    }
    if (const auto known = ledger_by_day_.find(day); known != ledger_by_day_.end()) {
        for (const std::uint32_t at : known->second) {
            const LedgerDay& ledger = ledger_[at];
            lines[{ledger.place.platform, ledger.place.batch}].ledger = ledger.figures;
        }
    }
    std::vector<Comparison> result;
    for (auto& [place, line] : lines) {
        line.platform = place.first;
        line.batch = place.second;
        // A day that was closed without a word of this batch says that there was nothing.
        if (!line.reported && closed_by.contains(line.platform)) {
            line.reported = ControlFigures{};
        }
        result.push_back(line);
    }
    return result;
}

std::uint32_t Reconciliation::report(std::int32_t day) {
    due_.erase(day);
    dirty_days_.insert(day);
    return ++revisions_[day];
}

std::uint32_t Reconciliation::revision(std::int32_t day) const {
    const auto at = revisions_.find(day);
    return at == revisions_.end() ? 0 : at->second;
}

Status Reconciliation::load(const Store& store, std::uint32_t programme) {
    FISCUS_TRY(store.scan(StateKey(table::ledger_days).u32(programme),
                          [this](std::string_view key, std::string_view value) -> Status {
                              KeyReader place(key);
                              place.u32();
                              const std::int32_t day = place.day();
                              const std::uint16_t platform = place.u16();
                              LedgerDay& ledger = ledger_day(
                                  {.day = day, .platform = platform, .batch = place.u32()});
                              Reader reader(value);
                              ledger.figures = parse(reader);
                              return place.finished() && reader.finished()
                                         ? Status(Done{})
                                         : damaged_state("a platform's day");
                          }));
    FISCUS_TRY(store.scan(
        StateKey(table::control_days).u32(programme),
        [this](std::string_view key, std::string_view value) -> Status {
            KeyReader place(key);
            place.u32();
            const std::int32_t day = place.day();
            const std::uint16_t platform = place.u16();
            Totals& totals = control_[{.day = day, .platform = platform, .source = place.u16()}];
            Reader reader(value);
            while (reader.left() > 0) {
                const std::uint32_t batch = reader.varint32();
                totals[batch] = parse(reader);
            }
            return place.finished() && reader.finished() ? Status(Done{})
                                                         : damaged_state("control totals");
        }));
    return store.scan(StateKey(table::reconciled).u32(programme),
                      [this](std::string_view key, std::string_view value) -> Status {
                          KeyReader place(key);
                          place.u32();
                          const std::int32_t day = place.day();
                          Reader reader(value);
                          if (const std::uint32_t revision = reader.varint32(); revision != 0) {
                              revisions_[day] = revision;
                          }
                          if (reader.varint() != 0) {
                              due_.insert(day);
                          }
                          return place.finished() && reader.finished()
                                     ? Status(Done{})
                                     : damaged_state("a day's reconciliation");
                      });
}

void Reconciliation::save(Store& store, std::uint32_t programme) {
    for (const std::uint32_t at : dirty_ledger_) {
        LedgerDay& day = ledger_[at];
        day.dirty = false;
        store.put(StateKey(table::ledger_days)
                      .u32(programme)
                      .day(day.place.day)
                      .u16(day.place.platform)
                      .u32(day.place.batch),
                  encode(day.figures));
    }
    dirty_ledger_.clear();
    for (const ControlPlace& place : dirty_control_) {
        std::string value;
        for (const auto& [batch, figures] : control_[place]) {
            put_varint(value, batch);
            value += encode(figures);
        }
        store.put(StateKey(table::control_days)
                      .u32(programme)
                      .day(place.day)
                      .u16(place.platform)
                      .u16(place.source),
                  value);
    }
    dirty_control_.clear();
    for (const std::int32_t day : dirty_days_) {
        std::string value;
        put_varint(value, revision(day));
        put_varint(value, due_.contains(day) ? 1 : 0);
        store.put(StateKey(table::reconciled).u32(programme).day(day), value);
    }
    dirty_days_.clear();
}

}  // namespace fiscus::projections

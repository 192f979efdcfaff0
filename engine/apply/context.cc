#include "engine/apply/context.h"

namespace fiscus::apply {
namespace {

bool may_be_negative(wire::AccountKind kind) {
    return kind == wire::AccountKind::treasury || kind == wire::AccountKind::compensation ||
           kind == wire::AccountKind::memorandum;
}

wire::Account wire_account(ProgrammeId programme, const AccountName& account) {
    return {account.key,
            programme.value(),
            account.batch.value(),
            static_cast<std::uint8_t>(account.kind),
            0,
            0,
            0};
}

}  // namespace

const state::ProgrammeRecord& Context::programme() const {
    if (programme_ == nullptr) {
        programme_ = state.programmes.get(key(state::TableId::programme));
        FISCUS_CHECK(programme_ != nullptr, "rules run for a known programme");
    }
    return *programme_;
}

Amount Context::balance(const AccountName& account) {
    const auto* record = state.accounts.get(account_key(account));
    return record == nullptr ? Amount(0) : Amount(record->fen);
}

const BatchRules* Context::batch_rules(BatchId batch) const {
    if (batch_rules_ == nullptr || batch_rules_id_ != batch) {
        const auto at = rules->batches.find(batch.value());
        if (at == rules->batches.end()) {
            return nullptr;
        }
        batch_rules_ = &at->second;
        batch_rules_id_ = batch;
    }
    return batch_rules_;
}

const PrizeBatchRules* Context::prize_rules(BatchId batch) const {
    const auto at = rules->prize_batches.find(batch.value());
    return at == rules->prize_batches.end() ? nullptr : &at->second;
}

state::PrizeDrawRecord Context::prize_draw(BatchId batch) const {
    const auto* record = state.prize_draws.get(key(state::TableId::prize_draw, batch.value()));
    return record == nullptr ? state::PrizeDrawRecord{} : *record;
}

const state::BatchRecord& Context::batch(BatchId batch) const {
    if (batch_ == nullptr || batch_id_ != batch) {
        batch_ = state.batches.get(key(state::TableId::batch, batch.value()));
        FISCUS_CHECK(batch_ != nullptr, "a batch with rules has a record");
        batch_id_ = batch;
    }
    return *batch_;
}

void Context::post(const AccountName& debit, const AccountName& credit, Amount amount) {
    FISCUS_CHECK(!amount.negative(), "a posting moves money one way");
    if (amount.zero()) {
        return;
    }
    auto& from = state.change(state.accounts, account_key(debit));
    from.fen = (Amount(from.fen) - amount).fen();
    FISCUS_CHECK(from.fen >= 0 || may_be_negative(debit.kind), "an account stays non-negative");
    auto& to = state.change(state.accounts, account_key(credit));
    const bool was_empty = to.fen == 0;
    to.fen = (Amount(to.fen) + amount).fen();
    if (was_empty && credit.kind == wire::AccountKind::outstanding) {
        cohorts[in.programme.value()].insert(
            {static_cast<std::int32_t>(credit.key), credit.batch.value()});
    }
    postings_.emplace_back(wire_account(in.programme, debit), wire_account(in.programme, credit),
                           amount.fen());
    ++draft.postings;
    FISCUS_CHECK(draft.postings < UINT16_MAX, "an entry counts its postings with 16 bits");
}

void Context::remember_natural_key() {
    state.change(state.natural_keys, natural_key()).content = in.content;
}

bool Context::cohort_released(BatchId batch_id, std::int32_t last_day) const {
    return batch(batch_id).closed != 0 || programme().clock_us >= start_of_day_us(last_day + 1);
}

wire::Reason Context::own_platform_refusal() const {
    const auto* platform = state.platforms.get(key(state::TableId::platform, source.platform));
    FISCUS_CHECK(platform != nullptr, "a platform's source has a platform");
    if (platform->suspended != 0) {
        return wire::Reason::platform_suspended;
    }
    return platform->terminated != 0 ? wire::Reason::platform_terminated : wire::Reason::none;
}

}  // namespace fiscus::apply

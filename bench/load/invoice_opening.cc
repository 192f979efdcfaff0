// The first and the last hour of a month of prize invoices.
#include <algorithm>
#include <iterator>
#include <vector>

#include "bench/load/catalogue.h"
#include "bench/load/event_bytes.h"
#include "bench/load/invoice_load.h"
#include "bench/load/invoice_tables.h"

namespace fiscus::load {

namespace {

constexpr std::uint32_t wuhan = 420'100;

// Those of the city.
std::span<const District> city_districts() {
    const auto in_city = [](const District& district) {
        return district.code / 100 == wuhan / 100;
    };
    const auto all = districts();
    const auto first = std::find_if(all.begin(), all.end(), in_city);
    return {first, std::find_if_not(first, all.end(), in_city)};
}

constexpr std::string_view draw_algorithm = "hash-rank-v1";

}  // namespace

void InvoiceLoad::open(std::uint32_t step) {
    constexpr auto platform_steps = static_cast<std::uint32_t>(platforms.size());
    if (step == 0) {
        return open_programme();
    }
    step -= 1;
    if (step < 2 * platform_steps) {
        return open_platform(step % platform_steps, step >= platform_steps);
    }
    step -= 2 * platform_steps;
    if (step == 0) {
        const auto name = builder_.CreateString("武汉市公证处");
        say(authority, wire::EventBody::SourceRegistered,
            wire::CreateSourceRegistered(builder_, notary, wire::SourceRole::notary, 0, 0, name)
                .Union());
        return;
    }
    if (step == 1) {
        std::int64_t needed_fen = 0;
        for (const draw::Tier& tier : batches_[0].plan.tiers) {
            needed_fen += static_cast<std::int64_t>(batch_count) * tier.count * tier.amount.fen();
        }
        const wire::Id128 account = token_of({options_.seed, programme}, account_tokens, 0);
        expected_.deposited_fen = needed_fen + needed_fen / 10;
        expected_.fund_fen = expected_.deposited_fen;
        say(authority, wire::EventBody::FundDeposited,
            wire::CreateFundDeposited(builder_, &account, expected_.deposited_fen).Union());
        return;
    }
    step -= 2;
    if (step < sellers) {
        return register_seller(step);
    }
    open_batch(step - sellers);
}

void InvoiceLoad::open_programme() {
    std::vector<flatbuffers::Offset<wire::Category>> groups;
    for (const Category& category : categories()) {
        std::vector<std::uint16_t> classes;
        for (const Industry& industry : industries()) {
            if (industry.category == category.category) {
                classes.push_back(industry.code);
            }
        }
        const auto name = builder_.CreateString(category.name);
        const auto codes = builder_.CreateVector(classes);
        groups.push_back(wire::CreateCategory(builder_, category.category, name, codes));
    }
    const auto name = builder_.CreateString("2026年武汉市有奖发票");
    const auto office = builder_.CreateString("武汉市商务局");
    const auto eligible = builder_.CreateVector(std::vector<std::uint32_t>{wuhan});
    const auto all_groups = builder_.CreateVector(groups);
    wire::ProgrammeOpenedBuilder opened(builder_);
    opened.add_name(name);
    opened.add_authority(office);
    opened.add_districts(eligible);
    opened.add_district_edition(2'023);
    opened.add_industry_edition(2'017);
    opened.add_categories(all_groups);
    opened.add_first_day(first_day);
    say(authority, wire::EventBody::ProgrammeOpened, opened.Finish().Union());
}

void InvoiceLoad::open_platform(std::uint32_t index, bool registers) {
    const auto platform = static_cast<std::uint16_t>(index + 1);
    const auto name = builder_.CreateString(platforms[index]);
    if (!registers) {
        say(authority, wire::EventBody::PlatformAdmitted,
            wire::CreatePlatformAdmitted(builder_, platform, name).Union());
        return;
    }
    say(authority, wire::EventBody::SourceRegistered,
        wire::CreateSourceRegistered(builder_, static_cast<std::uint16_t>(authority + platform),
                                     wire::SourceRole::platform, platform, 0, name)
            .Union());
}

void InvoiceLoad::register_seller(std::uint32_t index) {
    const auto city = city_districts();
    const District& district = city[random_.below(city.size())];
    const Industry& industry = industries()[random_.below(industry_count)];
    Seller& seller = sellers_[index];
    seller = {.id = token_of({options_.seed, programme}, merchant_tokens, index),
              .district = district.code,
              .industry = industry.code};
    const auto number = builder_.CreateString(registered_number(district.code, random_));
    const auto name = builder_.CreateString(merchant_name(district, industry, random_));
    const auto size = static_cast<wire::SizeClass>(random_.between(1, 4));
    const auto limit =
        size <= wire::SizeClass::medium ? wire::LimitClass::above : wire::LimitClass::below;
    say(draw_source, wire::EventBody::MerchantRegistered,
        wire::CreateMerchantRegistered(builder_, &seller.id, number, name, seller.district,
                                       seller.industry, size, limit, wire::Channel::offline)
            .Union());
}

// Each batch: its rules, then the money of each tier.
void InvoiceLoad::open_batch(std::uint32_t step) {
    constexpr auto steps = static_cast<std::uint32_t>(1 + tier_count);
    const std::uint32_t index = step / steps;
    const std::uint32_t tier = step % steps;
    Batch& batch = batches_[index];
    if (tier > 0) {
        const draw::Tier& plan = batch.plan.tiers[tier - 1];
        const std::int64_t amount_fen = plan.count * plan.amount.fen();
        expected_.fund_fen -= amount_fen;
        expected_.prize_budget_fen += amount_fen;
        say(authority, wire::EventBody::BatchFunded,
            wire::CreateBatchFunded(builder_, first_batch + index, amount_fen,
                                    static_cast<std::uint16_t>(tier))
                .Union());
        return;
    }
    std::vector<flatbuffers::Offset<wire::PrizeTier>> lines;
    for (const draw::Tier& plan : batch.plan.tiers) {
        lines.push_back(wire::CreatePrizeTier(
            builder_, static_cast<std::uint16_t>(lines.size() + 1), plan.count, plan.amount.fen()));
    }
    const draw::Digest commitment =
        draw::commitment_of(draw::HashKind::sha256, name_of(index), batch.entropy.secret);
    const auto all_lines = builder_.CreateVector(lines);
    const auto name = builder_.CreateString("第" + std::to_string(index + 1) + "期有奖发票");
    const auto algorithm = builder_.CreateString(draw_algorithm);
    const auto committed = builder_.CreateVector(
        reinterpret_cast<const std::uint8_t*>(commitment.data()), commitment.size());
    const auto digits_source = builder_.CreateString("武汉市公证处现场摇取十二位数字");
    const auto value_source = builder_.CreateString("福利彩票当期开奖号码");
    const std::int64_t after_us = start_of_day_us(batch.last_day);
    wire::PrizeBatchOpenedBuilder opened(builder_);
    opened.add_batch(first_batch + index);
    opened.add_name(name);
    opened.add_draw_platform(draw_platform);
    opened.add_submit_from_us(start_of_day_us(batch.first_day));
    opened.add_submit_until_us(start_of_day_us(batch.last_day + 1));
    opened.add_issue_first_day(batch.first_day);
    opened.add_issue_last_day(batch.last_day);
    opened.add_amount_min_fen(amount_min_fen);
    opened.add_tiers(all_lines);
    opened.add_reserves(batch.plan.reserves);
    opened.add_algorithm(algorithm);
    opened.add_commitment(committed);
    opened.add_digits_source(digits_source);
    opened.add_digits_at_us(after_us + digits_us);
    opened.add_public_value_source(value_source);
    opened.add_public_value_at_us(after_us + public_value_us);
    say(authority, wire::EventBody::PrizeBatchOpened, opened.Finish().Union());
}

// Batches, programme, the return of the rest.
void InvoiceLoad::close(std::uint32_t step) {
    if (step < batch_count) {
        // What is not awarded goes back to the fund.
        if (step == 0) {
            expected_.fund_fen += expected_.prize_budget_fen;
            expected_.prize_budget_fen = 0;
        }
        const auto why = builder_.CreateString("到期");
        say(authority, wire::EventBody::BatchClosed,
            wire::CreateBatchClosed(builder_, first_batch + step, why).Union());
        return;
    }
    if (step == batch_count) {
        const auto why = builder_.CreateString("到期");
        say(authority, wire::EventBody::ProgrammeClosed,
            wire::CreateProgrammeClosed(builder_, why).Union());
        return;
    }
    const wire::Id128 account = token_of({options_.seed, programme}, account_tokens, 0);
    expected_.returned_fen = expected_.fund_fen;
    expected_.fund_fen = 0;
    say(authority, wire::EventBody::FundReturned,
        wire::CreateFundReturned(builder_, &account, expected_.returned_fen).Union());
}

}  // namespace fiscus::load

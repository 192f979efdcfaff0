#include "engine/app/account_words.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/app/journal_json.h"
#include "engine/base/limits.h"
#include "engine/base/time.h"

namespace fiscus::app {
namespace {

using Kind = wire::AccountKind;

constexpr std::string_view platform_chinese = "平台";
constexpr std::string_view platform_english = "platform";

constexpr std::array<AccountName, 16> names{{
    {Kind::treasury, "财政拨款", "Treasury", "缴款账户", "deposit account"},
    {Kind::fund, "专户可用余额", "Fund", "", ""},
    {Kind::budget, "批次未发放额度", "Budget of batches", "", ""},
    {Kind::outstanding, "已发放未核销", "Outstanding vouchers", "最后有效日", "last day"},
    {Kind::payable, "已核销待结算", "Payable to platforms", platform_chinese, platform_english},
    {Kind::paid, "已拨付", "Paid to platforms", platform_chinese, platform_english},
    {Kind::receivable, "应追回", "Receivable", platform_chinese, "liable party"},
    {Kind::compensation, "赔付", "Compensation", platform_chinese, platform_english},
    {Kind::prize_budget, "奖金未发", "Budget of prizes", "档次", "tier"},
    {Kind::prize_payable, "奖金应付", "Payable prizes", "档次", "tier"},
    {Kind::prize_paid, "奖金已兑付", "Paid prizes", "档次", "tier"},
    {Kind::prize_receivable, "奖金应追回", "Receivable prizes", "档次", "tier"},
    {Kind::order_turnover, "订单金额（备查）", "Order turnover (memorandum)", platform_chinese,
     platform_english},
    {Kind::platform_match, "平台配套（备查）", "Platform match (memorandum)", platform_chinese,
     platform_english},
    {Kind::merchant_match, "商户配套（备查）", "Merchant match (memorandum)", platform_chinese,
     platform_english},
    {Kind::memorandum, "备查对方", "Memorandum", platform_chinese, platform_english},
}};
constexpr AccountName unknown{Kind::none, "未知", "Unknown", "", ""};

// Merchants as liable parties lie above the platforms (schemas/journal.fbs).
constexpr std::uint64_t merchant_key_base = 1ULL << 32;
constexpr std::string_view merchant_english = "merchant";
constexpr std::string_view merchant_chinese = "商户";

bool is_day(std::uint64_t key) {
    return key >= static_cast<std::uint64_t>(day_min) && key < static_cast<std::uint64_t>(day_end);
}

}  // namespace

std::span<const AccountName> account_names() { return names; }

const AccountName& account_name(std::uint8_t kind) {
    const auto found = std::ranges::find(names, static_cast<Kind>(kind), &AccountName::kind);
    return found == names.end() ? unknown : *found;
}

std::string account_key_text(const wire::Account& account, Language language) {
    const AccountName& name = account_name(account.kind());
    const bool chinese = language == Language::chinese;
    if (name.key_english.empty()) {
        return {};
    }
    if (name.kind == Kind::outstanding && is_day(account.key())) {
        return date_text(static_cast<std::int32_t>(account.key()));
    }
    if (name.kind == Kind::receivable && account.key() >= merchant_key_base) {
        return fmt::format("{} {}", chinese ? merchant_chinese : merchant_english,
                           account.key() - merchant_key_base);
    }
    return fmt::format("{} {}", chinese ? name.key_chinese : name.key_english, account.key());
}

std::string account_words(const wire::Account& account, Language language) {
    const bool chinese = language == Language::chinese;
    std::string details;
    if (account.batch() != 0) {
        details = fmt::format("{} {}", chinese ? "批次" : "batch", account.batch());
    }
    const std::string key = account_key_text(account, language);
    if (!key.empty()) {
        details += (details.empty() ? "" : (chinese ? "，" : ", ")) + key;
    }
    const std::string_view word =
        chinese ? account_name(account.kind()).chinese : account_word(account.kind());
    if (details.empty()) {
        return std::string(word);
    }
    return chinese ? fmt::format("{}（{}）", word, details) : fmt::format("{} ({})", word, details);
}

std::string key_in_chinese(std::string_view english) {
    const auto translated = [&](std::string_view from, std::string_view to) {
        const bool fits = !from.empty() && english.starts_with(from) &&
                          english.substr(from.size()).starts_with(' ');
        return fits ? std::string(to) + std::string(english.substr(from.size())) : std::string();
    };
    if (auto text = translated(merchant_english, merchant_chinese); !text.empty()) {
        return text;
    }
    for (const AccountName& name : names) {
        if (auto text = translated(name.key_english, name.key_chinese); !text.empty()) {
            return text;
        }
    }
    return std::string(english);
}

}  // namespace fiscus::app

// Accounts in words, in both languages: the trial balance of the engine, traces and the demo.
// English words are those of the statistics' trial balance, so both can be compared line by line.
// Thread: any. Fails: never; a kind that the schema does not know is "unknown".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/app/commands/figures_table.h"
#include "schemas/journal_generated.h"

namespace fiscus::app {

struct AccountName {
    wire::AccountKind kind;
    std::string_view chinese;
    std::string_view english;
    std::string_view key_chinese;  // what Account.key is
    std::string_view key_english;
};

// In the order of the kinds, without none.
std::span<const AccountName> account_names();
const AccountName& account_name(std::uint8_t kind);
// What the key says: "platform 7", "2026-03-31"; empty for accounts without one.
std::string account_key_text(const wire::Account& account, Language language);
// "已发放未核销（批次 3，2026-03-31）", "outstanding (batch 3, 2026-03-31)".
std::string account_words(const wire::Account& account, Language language);
// The same key, taken from English words: tables of the projections have them only.
std::string key_in_chinese(std::string_view english);

}  // namespace fiscus::app

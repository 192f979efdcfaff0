// What must be true of the accounts after every entry (docs/domain.md §4).
// Thread: any. Fails: never.
#pragma once

#include <map>
#include <string>

#include "tests/reference/answer.h"

namespace fiscus::reference {

// One sentence for each break of identities 1 to 3; empty when they hold.
std::string broken_identities(const std::map<Account, Sum>& balances);

}  // namespace fiscus::reference

#include "tests/support/ledger_under_test.h"

#include <algorithm>
#include <utility>

#include "tests/reference/ledger.h"
#include "tests/support/day_keys.h"
#include "tests/support/engine_under_test.h"
#include "tests/support/source_keys.h"

namespace fiscus::support {
namespace {

class Oracle final : public LedgerUnderTest {
public:
    explicit Oracle(Shard shard) : shard_(shard) {}

    std::vector<reference::Answer> feed(std::span<const reference::Input> records) override {
        std::vector<reference::Answer> answers;
        for (reference::Input input : records) {
            input.partition = shard_.partition;
            input.partitions = shard_.partitions;
            answers.push_back(ledger_.apply(input));
        }
        return answers;
    }
    std::string digest() override { return {}; }
    std::map<reference::Account, reference::Sum> balances() override {
        std::map<reference::Account, reference::Sum> held;
        for (const auto& [account, amount] : ledger_.balances()) {
            if (amount != 0) {
                held.emplace(account, amount);
            }
        }
        return held;
    }

private:
    Shard shard_;
    reference::Ledger ledger_{last_key_of, secret_of_commitment};
};

}  // namespace

std::unique_ptr<LedgerUnderTest> make_oracle(Shard shard) {
    return std::make_unique<Oracle>(shard);
}

std::vector<reference::Answer> feed_in_turns(LedgerUnderTest& ledger,
                                             std::span<const reference::Input> records,
                                             std::size_t turn) {
    std::vector<reference::Answer> answers;
    for (std::size_t at = 0; at < records.size(); at += turn) {
        const std::size_t count = std::min(turn, records.size() - at);
        for (reference::Answer& answer : ledger.feed(records.subspan(at, count))) {
            answers.push_back(std::move(answer));
        }
    }
    return answers;
}

std::vector<Implementation> implementations() {
    const auto engine = [](Shard shard) { return make_engine(shard, {}); };
    const auto forgetful = [](Shard shard) {
        return make_engine(shard,
                           {.cache_bytes_max = 1, .fold_each_turn = true, .reopen_after_turns = 5});
    };
    return {{"oracle", make_oracle}, {"engine", engine}, {"engine_that_forgets", forgetful}};
}

}  // namespace fiscus::support

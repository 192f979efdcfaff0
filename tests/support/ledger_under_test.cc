#include "tests/support/ledger_under_test.h"

#include "tests/reference/ledger.h"

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
    reference::Ledger ledger_;
};

}  // namespace

std::unique_ptr<LedgerUnderTest> make_oracle(Shard shard) {
    return std::make_unique<Oracle>(shard);
}

std::vector<Implementation> implementations() { return {{"oracle", make_oracle}}; }

}  // namespace fiscus::support

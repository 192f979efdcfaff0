// One face for everything that answers records with entries: the oracle and the engine's core.
// Scenarios and properties are written against it, so each runs on both.
// Thread: one. Fails: an implementation that cannot go on aborts the test program.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/reference/answer.h"

namespace fiscus::support {

struct Shard {
    std::int32_t partition = 0;
    std::int32_t partitions = 1;
};

class LedgerUnderTest {
public:
    virtual ~LedgerUnderTest() = default;

    // One turn: all records at once, one answer for each, in order.
    virtual std::vector<reference::Answer> feed(std::span<const reference::Input> records) = 0;
    // Of the state after the last turn; equal for equal histories. Empty when there is none.
    virtual std::string digest() = 0;
    // Every account that holds something.
    virtual std::map<reference::Account, reference::Sum> balances() = 0;
};

// All records, `turn` of them at a time; the answers to all.
std::vector<reference::Answer> feed_in_turns(LedgerUnderTest& ledger,
                                             std::span<const reference::Input> records,
                                             std::size_t turn);

struct Implementation {
    std::string name;
    std::function<std::unique_ptr<LedgerUnderTest>(Shard)> make;
};

// The oracle, the engine, and an engine that forgets and reopens its state all the time.
std::vector<Implementation> implementations();

std::unique_ptr<LedgerUnderTest> make_oracle(Shard shard);

}  // namespace fiscus::support

// Feeds one history to the oracle and to the engine in several ways, and looks for the first
// difference. Each comparison may run in a child process, so that an engine that stops is a
// finding, not the end.
// Thread: one; no other may run while a child is made. Fails: never; trouble is the finding.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/reference/answer.h"
#include "tests/support/ledger_under_test.h"

namespace fiscus::property {

// How many ways to drive the engine are compared: all, or one that keeps everything and one that
// forgets.
enum class Ways : std::uint8_t { all, few };

// What is wrong, for people; empty when oracle and engine agree in everything.
std::string find_difference(const std::vector<reference::Input>& history,
                            support::Shard shard,
                            Ways ways = Ways::all);

// The same in a child process. `quiet` keeps the child's stderr to itself.
std::string find_difference_in_child(const std::vector<reference::Input>& history,
                                     support::Shard shard,
                                     bool quiet);

// As few records of the history as can be found that still show a difference.
std::vector<reference::Input> shrink(std::vector<reference::Input> history, support::Shard shard);

// One line for each record: what it is and what the oracle says, and its bytes.
std::string history_text(const std::vector<reference::Input>& history, support::Shard shard);

}  // namespace fiscus::property

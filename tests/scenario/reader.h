// A scenario file → records to feed and what must come of them. The language is in README.md.
// Nothing
// here judges: the expectations are what people wrote.
// Thread: one. Fails: throws ScenarioError that names file, line and what was expected.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/reference/answer.h"
#include "tests/scenario/words.h"
#include "tests/support/ledger_under_test.h"

namespace fiscus::scenario {

struct Expectation {
    wire::Outcome outcome = wire::Outcome::accepted;
    wire::Reason reason = wire::Reason::none;
    // Further fields of the entry, by name, as field_text() writes them.
    std::vector<std::pair<std::string, std::string>> fields;
    // Nothing: not asked.
    std::optional<std::vector<reference::Posting>> postings;
};

struct Balance {
    int line = 0;
    reference::Account account;
    std::int64_t fen = 0;
};

struct Step {
    std::string place;  // file:line
    std::string text;
    // The kind that the line is about; NONE for raw bytes.
    wire::EventBody kind = wire::EventBody::NONE;
    reference::Input input;
    Expectation expected;
    std::vector<Balance> balances;  // to hold after this step
};

struct Scenario {
    std::string name;  // family.file.title, letters and digits only
    support::Shard shard;
    std::vector<Step> steps;
};

// All scenarios under a folder, in order of file names.
std::vector<Scenario> read_scenarios(const std::filesystem::path& folder);

// A field of an entry as scenarios write it.
std::string field_text(const reference::Answer& answer, const std::string& name);

}  // namespace fiscus::scenario

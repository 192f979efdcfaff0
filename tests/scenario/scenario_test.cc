// Runs every scenario through every implementation of the ledger: each step must have the stated
// outcome, fields, postings and balances, the identities must hold, and the whole scenario in one
// turn must give the same entries. Then: every kind of event and every reason has a scenario.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/reference/identities.h"
#include "tests/scenario/reader.h"

namespace fiscus::scenario {
namespace {

std::filesystem::path source_dir() {
    const char* folder = std::getenv("FISCUS_SOURCE_DIR");
    return folder == nullptr ? std::filesystem::path(".") : std::filesystem::path(folder);
}

std::string outcome_text(wire::Outcome outcome, wire::Reason reason) {
    std::string text = wire::EnumNameOutcome(outcome);
    return reason == wire::Reason::none ? text : text + " " + wire::EnumNameReason(reason);
}

std::string postings_text(const std::vector<reference::Posting>& postings) {
    std::string lines;
    for (const reference::Posting& posting : postings) {
        lines += "    " + reference::text(posting) + "\n";
    }
    return lines;
}

void check_step(const Step& step,
                const reference::Answer& answer,
                support::LedgerUnderTest& ledger) {
    const std::string where = step.place + ": " + step.text;
    ASSERT_EQ(outcome_text(answer.outcome, answer.reason),
              outcome_text(step.expected.outcome, step.expected.reason))
        << where;
    for (const auto& [name, value] : step.expected.fields) {
        EXPECT_EQ(field_text(answer, name), value) << where << "\n  field " << name;
    }
    if (step.expected.postings) {
        EXPECT_EQ(postings_text(answer.postings), postings_text(*step.expected.postings)) << where;
    }
    if (answer.outcome != wire::Outcome::accepted) {
        EXPECT_TRUE(answer.postings.empty()) << where;
    }
    const auto balances = ledger.balances();
    for (const Balance& balance : step.balances) {
        const auto held = balances.find(balance.account);
        const reference::Sum fen = held == balances.end() ? 0 : held->second;
        EXPECT_EQ(reference::money_text(fen), reference::money_text(balance.fen))
            << where << "\n  then balance of " << reference::text(balance.account);
    }
    EXPECT_EQ(reference::broken_identities(balances), "") << where;
}

class ScenarioTest : public testing::Test {
public:
    ScenarioTest(const Scenario& scenario, const support::Implementation& implementation)
        : scenario_(scenario), implementation_(implementation) {}

    void TestBody() override {
        const auto ledger = implementation_.make(scenario_.shard);
        std::vector<reference::Answer> one_by_one;
        std::vector<reference::Input> inputs;
        for (const Step& step : scenario_.steps) {
            const auto answers = ledger->feed(std::span(&step.input, 1));
            ASSERT_EQ(answers.size(), 1U) << step.place;
            check_step(step, answers[0], *ledger);
            if (HasFatalFailure()) {
                return;
            }
            one_by_one.push_back(answers[0]);
            inputs.push_back(step.input);
        }
        const auto again = implementation_.make(scenario_.shard);
        const auto at_once = again->feed(inputs);
        ASSERT_EQ(at_once.size(), one_by_one.size());
        for (std::size_t i = 0; i < at_once.size(); ++i) {
            EXPECT_EQ(reference::differences(one_by_one[i], at_once[i]), "")
                << scenario_.steps[i].place << ": another answer when all came in one turn";
        }
        EXPECT_EQ(ledger->digest(), again->digest()) << "another digest when all came in one turn";
    }

private:
    const Scenario& scenario_;
    const support::Implementation& implementation_;
};

// Names of `enum Reason` or `union EventBody`, from the schema itself.
std::set<std::string> names_in(const std::string& file, const std::string& begin) {
    std::ifstream in(source_dir() / "schemas" / file);
    std::stringstream all;
    all << in.rdbuf();
    const std::string text = all.str();
    const std::size_t from = text.find('{', text.find(begin)) + 1;
    std::istringstream lines(text.substr(from, text.find('}', from) - from));
    std::set<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        const std::string code = line.substr(0, line.find("//"));
        const std::size_t first = code.find_first_not_of(" \t");
        if (first != std::string::npos) {
            names.insert(code.substr(first, code.find_first_of(" =,\t", first) - first));
        }
    }
    names.erase("none");
    return names;
}

class CoverageTest : public testing::Test {
public:
    explicit CoverageTest(const std::vector<Scenario>& scenarios) : scenarios_(scenarios) {}

    void TestBody() override {
        std::set<std::string> kinds = names_in("events.fbs", "union EventBody");
        std::set<std::string> reasons = names_in("reasons.fbs", "enum Reason");
        ASSERT_EQ(kinds.size(), static_cast<std::size_t>(wire::EventBody::MAX));
        ASSERT_GT(reasons.size(), 80U);
        for (const Scenario& scenario : scenarios_) {
            for (const Step& step : scenario.steps) {
                if (step.expected.outcome == wire::Outcome::accepted &&
                    step.place.find(".setup") == std::string::npos) {
                    kinds.erase(wire::EnumNameEventBody(step.kind));
                }
                if (step.expected.outcome != wire::Outcome::duplicate) {
                    reasons.erase(wire::EnumNameReason(step.expected.reason));
                }
            }
        }
        for (const std::string& kind : kinds) {
            ADD_FAILURE() << "no scenario accepts a " << kind;
        }
        for (const std::string& reason : reasons) {
            ADD_FAILURE() << "no scenario has the reason " << reason;
        }
    }

private:
    const std::vector<Scenario>& scenarios_;
};

void register_all(const std::vector<Scenario>& scenarios,
                  const std::vector<support::Implementation>& implementations) {
    for (const support::Implementation& implementation : implementations) {
        for (const Scenario& scenario : scenarios) {
            testing::RegisterTest(
                implementation.name.c_str(), scenario.name.c_str(), nullptr, nullptr, __FILE__,
                __LINE__, [&scenario, &implementation]() -> testing::Test* {
                    return std::make_unique<ScenarioTest>(scenario, implementation).release();
                });
        }
    }
    testing::RegisterTest("Coverage", "EveryKindAndEveryReasonHasAScenario", nullptr, nullptr,
                          __FILE__, __LINE__, [&scenarios]() -> testing::Test* {
                              return std::make_unique<CoverageTest>(scenarios).release();
                          });
}

}  // namespace
}  // namespace fiscus::scenario

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    std::vector<fiscus::scenario::Scenario> scenarios;
    try {
        scenarios =
            fiscus::scenario::read_scenarios(fiscus::scenario::source_dir() / "tests" / "scenario");
    } catch (const fiscus::scenario::ScenarioError& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    const auto implementations = fiscus::support::implementations();
    fiscus::scenario::register_all(scenarios, implementations);
    return RUN_ALL_TESTS();
}

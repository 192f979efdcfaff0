#include "tests/property/compare.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/reference/identities.h"
#include "tests/reference/ledger.h"
#include "tests/support/engine_under_test.h"

namespace fiscus::property {
namespace {

using reference::Answer;
using reference::Input;

constexpr std::size_t balances_every = 50;

// One way to drive the engine.
struct Way {
    const char* name = nullptr;
    std::size_t turn_records = 0;
    support::EngineOptions options;
    bool always = false;  // also among few
};

const Way all_ways[] = {
    {"one record a turn", 1, {}},
    {"7 records a turn", 7, {}},
    {"1,000 records a turn", 1'000, {}, true},
    {"8,192 records a turn", 8'192, {}},
    {"3 records a turn, forgetting and reopening",
     3,
     {.cache_bytes_max = 1, .fold_each_turn = true, .reopen_after_turns = 4}},
    {"60 records a turn, forgetting", 60, {.cache_bytes_max = 4'000, .fold_each_turn = true}},
    {"20 records a turn, where hot records drive consumers out",
     20,
     {.cache_bytes_max = 40'000, .hot_bytes_free = 0, .fold_each_turn = true},
     true},
};

// What the oracle says to the history, and what it holds now and then.
struct Truth {
    std::vector<Answer> answers;
    std::map<std::size_t, std::map<reference::Account, reference::Sum>> balances;
};

Truth ask_oracle(const std::vector<Input>& history, support::Shard shard) {
    Truth truth;
    const auto oracle = support::make_oracle(shard);
    for (const Input& input : history) {
        truth.answers.push_back(oracle->feed(std::span(&input, 1)).front());
        if (truth.answers.size() % balances_every == 0 || truth.answers.size() == history.size()) {
            truth.balances[truth.answers.size()] = oracle->balances();
        }
    }
    return truth;
}

std::string balances_difference(const std::map<reference::Account, reference::Sum>& first,
                                const std::map<reference::Account, reference::Sum>& second) {
    std::string text;
    std::map<reference::Account, std::pair<reference::Sum, reference::Sum>> both;
    for (const auto& [account, sum] : first) {
        both[account].first = sum;
    }
    for (const auto& [account, sum] : second) {
        both[account].second = sum;
    }
    for (const auto& [account, sums] : both) {
        if (sums.first != sums.second) {
            text += "  " + reference::text(account) + ": oracle " +
                    reference::money_text(sums.first) + ", engine " +
                    reference::money_text(sums.second) + '\n';
        }
    }
    return text;
}

// Empty, or the first difference of one way. `digest` is the engine's at the end.
std::string compare_way(const std::vector<Input>& history,
                        const Truth& truth,
                        support::Shard shard,
                        const Way& way,
                        std::string& digest) {
    const auto engine = support::make_engine(shard, way.options);
    for (std::size_t at = 0; at < history.size();) {
        const std::size_t count = std::min(way.turn_records, history.size() - at);
        const auto answers = engine->feed(std::span(history).subspan(at, count));
        for (std::size_t i = 0; i < count; ++i) {
            const std::string fields =
                i < answers.size() ? reference::differences(truth.answers[at + i], answers[i])
                                   : "  the engine has no entry\n";
            if (!fields.empty()) {
                return std::string(way.name) + ", record " + std::to_string(at + i) +
                       ", oracle ≠ engine:\n" + fields +
                       "  oracle: " + reference::text(truth.answers[at + i]) + "\n  engine: " +
                       (i < answers.size() ? reference::text(answers[i]) : "nothing") + '\n';
            }
        }
        at += count;
        const auto expected = truth.balances.find(at);
        if (expected != truth.balances.end()) {
            const auto held = engine->balances();
            const std::string accounts = balances_difference(expected->second, held);
            const std::string broken = reference::broken_identities(held);
            if (!accounts.empty() || !broken.empty()) {
                return std::string(way.name) + ", after record " + std::to_string(at - 1) + ":\n" +
                       accounts + broken;
            }
        }
    }
    digest = engine->digest();
    return {};
}

std::string hex(const std::string& bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 0xfU];
    }
    return text;
}

}  // namespace

std::string find_difference(const std::vector<Input>& history, support::Shard shard, Ways ways) {
    const Truth truth = ask_oracle(history, shard);
    std::string first_digest;
    std::string first_name;
    for (const Way& way : all_ways) {
        if (ways == Ways::few && !way.always) {
            continue;
        }
        std::string digest;
        std::string difference = compare_way(history, truth, shard, way, digest);
        if (!difference.empty()) {
            return difference;
        }
        if (first_digest.empty()) {
            first_digest = digest;
            first_name = way.name;
        } else if (digest != first_digest) {
            return std::string(way.name) + ": digest " + digest + ", but " + first_name + ": " +
                   first_digest + '\n';
        }
    }
    return {};
}

std::string find_difference_in_child(const std::vector<Input>& history,
                                     support::Shard shard,
                                     bool quiet) {
    int ends[2] = {};
    if (pipe(ends) != 0) {
        return "no pipe for a child";
    }
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0) {
        return "no child process";
    }
    if (child == 0) {
        close(ends[0]);
        if (quiet) {
            const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
            dup2(nowhere, STDERR_FILENO);
        }
        const std::string text = find_difference(history, shard);
        const char* left = text.data();
        for (std::size_t size = text.size(); size > 0;) {
            const ssize_t written = write(ends[1], left, size);
            if (written <= 0) {
                break;
            }
            left += written;
            size -= static_cast<std::size_t>(written);
        }
        _exit(0);
    }
    close(ends[1]);
    std::string text;
    char buffer[4'096];
    for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(got));
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        text += "the engine or the oracle stopped the process (wait status " +
                std::to_string(status) + ")\n";
    }
    return text;
}

std::vector<Input> shrink(std::vector<Input> history, support::Shard shard) {
    for (std::size_t chunk = history.size() / 2; chunk > 0; chunk /= 2) {
        for (std::size_t at = 0; at < history.size();) {
            std::vector<Input> without = history;
            const auto first = without.begin() + static_cast<std::ptrdiff_t>(at);
            const auto count = static_cast<std::ptrdiff_t>(std::min(chunk, without.size() - at));
            without.erase(first, first + count);
            if (!find_difference_in_child(without, shard, true).empty()) {
                history = std::move(without);
            } else {
                at += chunk;
            }
        }
    }
    return history;
}

std::string history_text(const std::vector<Input>& history, support::Shard shard) {
    std::ostringstream out;
    const auto oracle = support::make_oracle(shard);
    for (const Input& input : history) {
        out << "  offset " << input.offset << " at " << input.timestamp_us << " key "
            << input.key.value_or("(null)") << '\n';
        out << "    oracle: " << reference::text(oracle->feed(std::span(&input, 1)).front())
            << '\n';
        out << "    value:  " << (input.value ? hex(*input.value) : "(null)") << '\n';
    }
    return out.str();
}

}  // namespace fiscus::property

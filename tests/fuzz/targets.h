// What is fuzzed: each target takes any bytes as an input of the program and keeps the promises of
// its own file, or it stops the process (FISCUS_CHECK). The same functions run under libFuzzer and,
// over the corpus, as a test of every build.
// Thread: one. Fails: never.
#pragma once

#include <span>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace fiscus::fuzz {

void fuzz_event(Bytes input);
void fuzz_ledger(Bytes input);
void fuzz_journal(Bytes input);
void fuzz_json(Bytes input);
void fuzz_csv(Bytes input);
void fuzz_http(Bytes input);
void fuzz_settings(Bytes input);
void fuzz_bundle(Bytes input);
void fuzz_segment(Bytes input);

struct Target {
    std::string_view name;  // of its corpus, too
    void (*run)(Bytes input) = nullptr;
};
inline constexpr Target targets[] = {
    {"event", fuzz_event},       {"ledger", fuzz_ledger}, {"journal", fuzz_journal},
    {"json", fuzz_json},         {"csv", fuzz_csv},       {"http", fuzz_http},
    {"settings", fuzz_settings}, {"bundle", fuzz_bundle}, {"segment", fuzz_segment},
};

// Whoever is told that something failed must be told what.
inline void check_error(const Error& error) {
    FISCUS_CHECK(error.code != ErrorCode::none, "an error has a code");
    FISCUS_CHECK(!error.what.empty() && !error.text().empty(), "an error says what failed");
}

}  // namespace fiscus::fuzz

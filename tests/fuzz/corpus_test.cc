// Aim: what fuzzing has found stays found, in every build and with every compiler. Method: each
// file of corpus/<target> goes to its target, and then with a few bytes changed, cut or doubled, as
// FISCUS_SEED says; a broken promise stops the program, after the file was named.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/targets.h"
#include "tests/property/random.h"
#include "tests/property/seeds.h"

namespace fiscus::fuzz {
namespace {

namespace fs = std::filesystem;

// Changed inputs for each file; FISCUS_FUZZ_CHANGES says how many.
constexpr std::uint64_t changes_default = 8;

fs::path corpus_of(const Target& target) {
    const char* const source = std::getenv("FISCUS_SOURCE_DIR");
    return fs::path(source == nullptr ? "." : source) / "tests/fuzz/corpus" / target.name;
}

std::vector<fs::path> files_of(const Target& target) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(corpus_of(target))) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void change(std::string& text, property::Random& random) {
    for (auto times = random.between<std::uint64_t>(1, 4); times > 0 && !text.empty(); --times) {
        const std::size_t at = random.below(text.size());
        switch (random.below(4)) {
            case 0: text[at] = static_cast<char>(random.next()); break;
            case 1: text[at] = static_cast<char>(text[at] ^ (1 << random.below(8))); break;
            case 2: text.erase(at, random.below(16)); break;
            default: text.insert(at, text.substr(at, random.below(16))); break;
        }
    }
}

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, EveryInputKeepsThePromisesOfItsTarget) {
    const Target& target = GetParam();
    const auto files = files_of(target);
    ASSERT_FALSE(files.empty());
    const std::uint64_t seed = property::from_environment("FISCUS_SEED", property::first_seed);
    const std::uint64_t changes =
        property::from_environment("FISCUS_FUZZ_CHANGES", changes_default);
    property::Random random(seed);
    std::uint64_t run = 0;
    for (const fs::path& file : files) {
        const std::string content = content_of(file);
        // The last line of a run that stops.
        std::printf("%s FISCUS_SEED=%llu\n", file.filename().c_str(),
                    static_cast<unsigned long long>(seed));
        std::fflush(stdout);
        target.run(as_byte_span(content));
        ++run;
        for (std::uint64_t i = 0; i < changes; ++i, ++run) {
            std::string changed = content;
            change(changed, random);
            target.run(as_byte_span(changed));
        }
    }
    EXPECT_EQ(run, files.size() * (changes + 1));
    RecordProperty("inputs", static_cast<int>(run));
}

INSTANTIATE_TEST_SUITE_P(Targets, Corpus, testing::ValuesIn(targets), [](const auto& test) {
    return std::string(test.param.name);
});

// The bytes that a test of one target was given would teach nothing about another.
TEST(Corpora, BelongToATargetEach) {
    std::size_t directories = 0;
    for (const auto& entry : fs::directory_iterator(corpus_of(targets[0]).parent_path())) {
        ++directories;
        EXPECT_TRUE(std::ranges::any_of(targets, [&](const Target& target) {
            return entry.path().filename() == target.name;
        })) << entry.path();
    }
    EXPECT_EQ(directories, std::size(targets));
}

}  // namespace
}  // namespace fiscus::fuzz

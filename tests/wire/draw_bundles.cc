// draw_bundles DIR SEED BATCHES DAYS EDITED [SCORE_BYTES]: writes bundles of random draws below
// DIR, and of the first EDITED of each kind many edits, each in a directory of its own. Prints
// `directory<TAB>verdict` as the engine's library judges it: `ok` or the check that failed. The
// other verifiers must say the same (draw_verifiers_test.py). SCORE_BYTES below 32 makes ties.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "engine/base/check.h"
#include "engine/draw/bundle_files.h"
#include "engine/draw/verify_bundle.h"
#include "tests/support/draws.h"
#include "tests/wire/draw_edits.h"

namespace fiscus::wire_test {
namespace {

struct Options {
    std::filesystem::path directory;
    std::uint64_t seed = 1;
    std::uint64_t batches = 0;
    std::uint64_t days = 0;
    std::uint64_t edited = 0;
    std::size_t compared_bytes = draw::score_bytes;
};

class Bundles {
public:
    explicit Bundles(const Options& options) : options_(options), random_(options.seed) {}

    void write_all() {
        std::filesystem::create_directories(options_.directory);
        write_kind("batch", options_.batches, [this](std::size_t entries) {
            return draw::make_bundle(support::random_batch(random_, entries),
                                     options_.compared_bytes);
        });
        write_kind("day", options_.days, [this](std::size_t entries) {
            return draw::make_bundle(support::random_day(random_, entries));
        });
    }

private:
    template <typename Make>
    void write_kind(const std::string& kind, std::uint64_t count, Make make) {
        for (std::uint64_t i = 0; i < count; ++i) {
            const bool is_edited = i < options_.edited;
            const auto bundle = make(is_edited ? 12U : 40U);
            FISCUS_CHECK(bundle.ok(), "a random draw is a right one");
            const std::string name = kind + "-" + std::to_string(i);
            write(name, bundle.value());
            if (is_edited) {
                for (const Edit& edit : edits_of(bundle.value(), random_)) {
                    write(name + "-" + edit.name, edit.bundle);
                }
            }
        }
    }

    void write(const std::string& name, const draw::Bundle& bundle) {
        FISCUS_CHECK(draw::write_bundle(options_.directory / name, bundle).ok(),
                     "a new directory takes a bundle");
        const draw::Verdict verdict = draw::verify(bundle, options_.compared_bytes);
        std::cout << name << '\t' << (verdict.good() ? "ok" : verdict.difference->check) << '\n';
    }

    Options options_;
    property::Random random_;
};

}  // namespace
}  // namespace fiscus::wire_test

int main(int argc, char** argv) {
    if (argc < 6) {
        std::cerr << "draw_bundles DIR SEED BATCHES DAYS EDITED [SCORE_BYTES]\n";
        return 2;
    }
    const auto number = [argv](int i) { return std::strtoull(argv[i], nullptr, 10); };
    fiscus::wire_test::Options options{.directory = argv[1],
                                       .seed = number(2),
                                       .batches = number(3),
                                       .days = number(4),
                                       .edited = number(5)};
    if (argc > 6) {
        options.compared_bytes = number(6);
    }
    fiscus::wire_test::Bundles(options).write_all();
    return 0;
}

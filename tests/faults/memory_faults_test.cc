// Aim: whichever request for memory is refused, the process ends with a sentence that says so, and
// a restart comes to what an undisturbed run gives. Method: lives of a script of 500 events in a
// program whose operator new fails at the n-th request, n after n until a life needs fewer; and the
// program itself under a limit of the system. A program of its own, because it replaces operator
// new.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <new>  // tidy: words because the operators are replaced
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/app/out_of_memory.h"
#include "engine/base/hash.h"
#include "tests/faults/report.h"
#include "tests/faults/script.h"
#include "tests/faults/small_world.h"
#include "tests/support/child.h"
#include "tests/support/temporary_directory.h"

namespace {

std::atomic<std::uint64_t> requests{0};
std::atomic<std::uint64_t> refused_request{UINT64_MAX};
std::atomic<bool> counting{false};

// As the standard says of an operator new that gets nothing.
void* or_handler(void* memory) {
    const bool refused =
        counting && requests.fetch_add(1, std::memory_order_relaxed) + 1 == refused_request;
    if (memory != nullptr && !refused) {
        return memory;
    }
    std::free(memory);  // tidy: words because operator new is made of it
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) {
        throw std::bad_alloc();
    }
    handler();
    std::abort();
}

}  // namespace

void* operator new(std::size_t size) {     // tidy: words because it is what fails
    return or_handler(std::malloc(size));  // tidy: words because operator new is made of it
}
// tidy: words because it is what fails
void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto bytes = static_cast<std::size_t>(alignment);
    return or_handler(std::aligned_alloc(bytes, (size + bytes - 1) / bytes * bytes));
}
void operator delete(void* memory) noexcept {
    std::free(memory);  // tidy: words because operator delete is made of it
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    operator delete(memory);
}

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t lanes = 3;
const std::string sentence = "fiscus: no more memory: the system gave none";

// The same for the same names and bytes, whatever the times.
std::uint64_t image_of(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            files[fs::relative(entry.path(), folder).string()] =
                support::text_of(entry.path().string());
        }
    }
    std::uint64_t image = 0;
    for (const auto& [name, bytes] : files) {
        image = xxh3_64(std::as_bytes(std::span(&image, 1)), as_byte_span(name + bytes));
    }
    return image;
}

End run(const fs::path& directory, std::uint64_t refused) {
    return in_child(
        directory,
        [&] {
            std::set_new_handler(app::end_out_of_memory);
            refused_request = refused;
            counting = true;
            Lived lived = live(directory, {});
            counting = false;
            return lived;
        },
        [] { return requests.load(); });
}

TEST(MemoryFaults, WhicheverRequestIsRefusedTheProcessSaysSoAndARestartIsWhole) {
    Report report("memory", "n-th request for memory");
    const support::TemporaryDirectory directory;
    const fs::path script = directory.path() / "script";
    fs::create_directories(script);
    write_script(script, report.seed());
    const auto fresh = [&](const std::string& name) {
        const fs::path copy = directory.path() / name;
        fs::remove_all(copy);
        fs::copy(script, copy, fs::copy_options::recursive);
        return copy;
    };
    const fs::path undisturbed = fresh("whole");
    const End end = run(undisturbed, UINT64_MAX);
    ASSERT_EQ(end.exit_code, 0) << end.error;
    const crash::Seen whole = look_at(undisturbed);
    report.count("requests of a life", end.calls);
    // A life has tens of thousands; most of them lie between the same two writes. All of them with
    // FISCUS_MEMORY_FAULTS=0.
    const std::uint64_t wanted = support::number_from("FISCUS_MEMORY_FAULTS", 600);
    const std::uint64_t stride = wanted == 0 ? 1 : std::max<std::uint64_t>(1, end.calls / wanted);
    std::atomic<std::uint64_t> next{1};
    std::mutex mutex;
    std::set<std::uint64_t> recovered;
    in_lanes(lanes, [&](std::size_t lane) {
        for (std::uint64_t n = next.fetch_add(stride); !testing::Test::HasFailure();
             n = next.fetch_add(stride)) {
            const fs::path place = fresh("lane" + std::to_string(lane));
            const End refused = run(place, n);
            if (refused.exit_code == 0 && refused.calls < n) {
                return;
            }
            ASSERT_EQ(refused.exit_code, 1) << n << ", signal " << refused.signal << refused.error;
            ASSERT_NE(refused.error.find(sentence), std::string::npos) << n << refused.error;
            report.count("requests refused");
            {
                // What lies on the disk decides what a restart finds.
                const std::uint64_t image = image_of(place);
                const std::lock_guard lock(mutex);
                if (!recovered.insert(image).second) {
                    continue;
                }
            }
            const End restart = run(place, UINT64_MAX);
            ASSERT_EQ(restart.exit_code, 0) << n << ": " << restart.error;
            expect_same(look_at(place), whole);
            report.count("restarts compared");
        }
    });
}

// Not of an operator new that fails when it is told to, but of the system.
TEST(MemoryFaults, TheProgramSaysThatThereIsNoMoreMemory) {
    Report report("memory_limit", "limits of memory");
    const SmallWorld world;
    ASSERT_FALSE(testing::Test::HasFailure());
    for (const char* kilobytes : {"200000", "300000", "400000", "500000", "600000", "800000"}) {
        const fs::path copy = world.fresh("limited");
        support::Child::Words words = {"/bin/sh", "-c",
                                       "ulimit -v " + std::string(kilobytes) + "; exec \"$@\"",
                                       "sh", support::program()};
        for (const std::string& word : SmallWorld::run(copy)) {
            words.push_back(word);
        }
        const std::string output = SmallWorld::output(copy);
        support::Child child(words, output);
        const int code = child.wait();
        report.count(code == 0 ? "runs that had enough" : "ends");
        EXPECT_TRUE(code == 0 || !support::text_of(output).empty()) << "an end without a word";
        world.expect_whole(copy);
    }
}

}  // namespace
}  // namespace fiscus::faults

// Aim: a state whose files are flipped, zeroed, cut, missing or swapped, one that was restored from
// an old copy or is ahead of its log, a disk that is full, a memory that ends and a clock that
// jumps: the program says what is wrong and what to do, or comes to the same result; never to
// another one. Method: the program over copies of a month that was worked off, each damaged in one
// way; a small file system of its own, or a limit for files where that cannot be; the clock of a
// library that is loaded before all others. Prints FISCUS_SEED and takes it back.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mount.h>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/local_log.h"
#include "tests/faults/report.h"
#include "tests/faults/script.h"
#include "tests/faults/small_world.h"
#include "tests/support/child.h"

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t lanes = 4;

// The last two of the whole file.
const std::vector<std::string> ways = {"flipped", "zeroed", "cut", "missing", "swapped"};
const std::vector<std::string> places = {"head", "middle", "tail"};

// CURRENT, MANIFEST, 000012.sst → sst, 00000000000000000000.segment → segment, …
std::string kind_of(const fs::path& file) {
    const std::string name = file.filename().string();
    const std::string kind =
        file.has_extension() ? file.extension().string().substr(1) : name.substr(0, name.find('-'));
    return kind;
}

// Where in the file: a few bytes at its head, in its middle, at its tail.
void change_bytes(const fs::path& file, const std::string& way, const std::string& place) {
    constexpr std::size_t few = 16;
    std::string bytes = support::text_of(file.string());
    const std::size_t count = std::min(few, bytes.size());
    const std::size_t from = place == "head"     ? 0
                             : place == "middle" ? (bytes.size() - count) / 2
                                                 : bytes.size() - count;
    for (std::size_t i = from; i < from + count; ++i) {
        bytes[i] = way == "zeroed" ? '\0' : static_cast<char>(bytes[i] ^ 0x10);
    }
    if (way == "cut") {
        bytes.resize(from);
    }
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// What may be damaged: every kind of file once for engine and statistics, the largest of its kind,
// and of the local log those of events and journal.
std::vector<fs::path> files_to_damage(const fs::path& copy, const std::string& below) {
    std::vector<fs::path> chosen;
    for (const auto& entry : fs::recursive_directory_iterator(copy / below)) {
        if (!entry.is_regular_file() || entry.file_size() == 0) {
            continue;
        }
        const auto same = std::find_if(chosen.begin(), chosen.end(), [&](const fs::path& other) {
            return kind_of(other) == kind_of(entry.path());
        });
        if (same == chosen.end()) {
            chosen.push_back(entry.path());
        } else if (fs::file_size(*same) < entry.file_size()) {
            *same = entry.path();
        }
    }
    for (fs::path& path : chosen) {
        path = fs::relative(path, copy);
    }
    return chosen;
}

class StateFaults : public testing::Test {
protected:
    // Ends with code 0 and the right result, or with an error that says what is wrong and what to
    // do, after which what it says to do leads to the right result. True: an error.
    bool expect_named_or_right(const fs::path& copy, const std::string& what, bool log_damaged) {
        const std::string output = SmallWorld::output(copy);
        const int code = crash::run_to_exit(SmallWorld::run(copy), output);
        const std::string said = support::text_of(output);
        if (code == 0) {
            expect_same(look_at_copy(copy), world_.whole());
            EXPECT_FALSE(HasFailure()) << what << " gives another result:\n" << said;
            // And the state holds what its digest says.
            return false;
        }
        EXPECT_EQ(code, 1) << what << ":\n" << said;
        // The error, then what to do on a line of its own.
        const auto error = said.find("fiscus: ");
        EXPECT_NE(error, std::string::npos) << what << ":\n" << said;
        EXPECT_NE(said.find("\n  ", error), std::string::npos) << what << ":\n" << said;
        EXPECT_TRUE(said.find(copy.string(), error) != std::string::npos ||
                    said.find("fiscus.journal.v1", error) != std::string::npos)
            << what << ":\n"
            << said;
        if (!log_damaged) {
            EXPECT_TRUE(said.find("rebuilt from the") != std::string::npos ||
                        said.find("elete the") != std::string::npos ||
                        said.find("remove the state") != std::string::npos)
                << what << ":\n"
                << said;
            fs::remove_all(copy / "state");
            world_.expect_whole(copy);
        }
        return true;
    }

    // All ways and places, of the files below a folder of a copy.
    void damage_all(const std::string& below, bool log_damaged, Report& report);

    const SmallWorld world_;
};

void damage(const fs::path& file,
            const fs::path& other,
            const std::string& way,
            const std::string& place) {
    if (way == "missing") {
        fs::remove(file);
    } else if (way == "swapped") {
        fs::copy_file(other, file, fs::copy_options::overwrite_existing);
    } else {
        change_bytes(file, way, place);
    }
}

void StateFaults::damage_all(const std::string& below, bool log_damaged, Report& report) {
    struct Case {
        fs::path file;
        fs::path other;
        std::string way;
        std::string place;
    };
    std::vector<Case> cases;
    const std::vector<fs::path> files = files_to_damage(world_.finished("list"), below);
    ASSERT_FALSE(files.empty()) << below;
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (std::size_t way = 0; way < ways.size(); ++way) {
            // Flipped everywhere, zeroed and cut at one place each, another one in each file.
            for (std::size_t place = 0; place < places.size(); ++place) {
                if (way == 0 || place == (i + way) % places.size()) {
                    cases.push_back(
                        {files[i], files[(i + 1) % files.size()], ways[way], places[place]});
                }
            }
        }
    }
    const std::size_t stride = support::number_from("FISCUS_FAULTS_STRIDE", 1);
    std::atomic<std::size_t> next{0};
    in_lanes(lanes, [&](std::size_t lane) {
        for (std::size_t i = next.fetch_add(stride); i < cases.size() && !HasFailure();
             i = next.fetch_add(stride)) {
            const Case& one = cases[i];
            const fs::path copy = world_.finished("lane" + std::to_string(lane));
            damage(copy / one.file, copy / one.other, one.way, one.place);
            const std::string what = one.file.string() + " " + one.way + " " + one.place;
            const bool named = expect_named_or_right(copy, what, log_damaged);
            report.count(named ? "damages named" : "damages without effect");
        }
    });
}

TEST_F(StateFaults, DamageOfEveryKindToEveryKindOfFileIsNamedOrHarmless) {
    Report report("damage", "damaged files");
    ASSERT_FALSE(HasFailure());
    damage_all("state/engine/0", false, report);
    damage_all("state/statistics/0", false, report);
    for (const char* topic : {"fiscus.events.v1", "fiscus.journal.v1"}) {
        damage_all("log/" + std::string(topic) + "/0", true, report);
    }
    damage_all("log/fiscus.journal.v1", true, report);
    EXPECT_GT(report.counted("damages named"),
              40U / support::number_from("FISCUS_FAULTS_STRIDE", 1));
}

TEST_F(StateFaults, AnOldStateCatchesUpAndOneThatIsAheadRefuses) {
    Report report("stale", "restored states");
    const fs::path copy = world_.finished_apart("stale");
    const std::string output = SmallWorld::output(copy);
    fs::copy(copy / "state", copy / "state.old", fs::copy_options::recursive);
    generate({"--log", (copy / "log").string()}, events_few, 2, output);
    ASSERT_EQ(crash::run_to_exit(SmallWorld::run(copy), output), 0) << support::text_of(output);
    const crash::Seen both = look_at_copy(copy);
    fs::rename(copy / "state", copy / "state.new");
    fs::rename(copy / "state.old", copy / "state");
    ASSERT_EQ(crash::run_to_exit(SmallWorld::run(copy), output), 0) << support::text_of(output);
    expect_same(look_at_copy(copy), both);
    report.count("old states that caught up");
    // The newer state over the log of the first month alone.
    const fs::path first = world_.finished("ahead");
    fs::remove_all(first / "state");
    fs::rename(copy / "state.new", first / "state");
    auto log = log::open_local_log(first / "log", false);
    ASSERT_TRUE(log.ok()) << log.error().text();
    expect_refused(SmallWorld::run(first), 1,
                   {"fiscus.events.v1 partition 0 is not the log that the state was built from",
                    "outside of what the log holds", "Restore the log.", "--state"},
                   **log, output);
    report.count("states ahead that were refused");
    fs::remove_all(first / "state");
    world_.expect_whole(first);
}

// The size of everything in a folder.
std::uintmax_t bytes_of(const fs::path& folder) {
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    }
    return bytes;
}

// A file system in memory over a folder, of a size that can change; gone with its owner.
class SmallFileSystem {
public:
    SmallFileSystem(const fs::path& folder, std::uintmax_t bytes) : folder_(folder.string()) {
        fs::create_directories(folder_);
        mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size_of(bytes).c_str()) == 0;
    }
    ~SmallFileSystem() {
        if (mounted_) {
            EXPECT_EQ(::umount2(folder_.c_str(), MNT_DETACH), 0);
        }
    }
    SmallFileSystem(const SmallFileSystem&) = delete;
    SmallFileSystem& operator=(const SmallFileSystem&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }
    void grow(std::uintmax_t bytes) {
        EXPECT_EQ(::mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT, size_of(bytes).c_str()),
                  0);
    }

private:
    static std::string size_of(std::uintmax_t bytes) {
        return "size=" + std::to_string(bytes / 1024) + "k";
    }

    const std::string folder_;
    bool mounted_ = false;
};

// Goes on once the trouble is over, or says that the state must be deleted, and then goes on.
void expect_goes_on(const SmallWorld& world, const fs::path& copy, Report& report) {
    const std::string output = SmallWorld::output(copy);
    if (crash::run_to_exit(SmallWorld::run(copy), output) != 0) {
        const std::string said = support::text_of(output);
        ASSERT_NE(said.find("rebuilt from the"), std::string::npos) << said;
        report.count("states that were deleted as the message says");
        fs::remove_all(copy / "state");
    }
    world.expect_whole(copy);
}

TEST_F(StateFaults, AFullDiskStopsItAndAfterThereIsRoomItGoesOn) {
    Report report("full_disk", "full disk");
    const std::uintmax_t least = bytes_of(world_.fresh("least"));
    const std::uintmax_t most = bytes_of(world_.finished("most"));
    constexpr int steps = 8;
    for (int step = 0; step < steps && !HasFailure(); ++step) {
        const fs::path place = world_.path() / "small";
        SmallFileSystem small(
            place, least + (most - least) * static_cast<unsigned>(step) / steps + 65'536);
        if (!small.mounted()) {
            std::printf(
                "no file system may be mounted here: a full disk is shown by a limit for "
                "files alone\n");
            report.count("file systems that could not be mounted");
            break;
        }
        const fs::path copy = place / "copy";
        fs::copy(world_.path() / "log_alone", copy, fs::copy_options::recursive);
        const std::string output = world_.path() / "full.output";
        if (crash::run_to_exit(SmallWorld::run(copy), output) == 0) {
            report.count("runs that had room enough");
            continue;
        }
        const std::string said = support::text_of(output);
        EXPECT_NE(said.find("No space left on device"), std::string::npos) << said;
        EXPECT_NE(said.find(copy.string()), std::string::npos) << said;
        report.count("full disks");
        small.grow(1U << 30);
        expect_goes_on(world_, copy, report);
    }
    // And a limit for files, which every user may set.
    for (const char* blocks : {"64", "256", "600", "1200"}) {
        const fs::path copy = world_.fresh("limited");
        support::Child::Words words = {"/bin/sh", "-c",
                                       "ulimit -f " + std::string(blocks) + "; exec \"$@\"", "sh",
                                       support::program()};
        for (const std::string& word : SmallWorld::run(copy)) {
            words.push_back(word);
        }
        const std::string output = SmallWorld::output(copy);
        if (support::Child(words, output).wait() == 0) {
            report.count("runs that had room enough");
            continue;
        }
        const std::string said = support::text_of(output);
        EXPECT_NE(said.find("File too large"), std::string::npos) << said;
        EXPECT_NE(said.find(copy.string()), std::string::npos) << said;
        report.count("files that reached their limit");
        expect_goes_on(world_, copy, report);
    }
    EXPECT_GT(report.counted("files that reached their limit"), 0U);
}

TEST_F(StateFaults, TheMachinesClockChangesNothing) {
    Report report("clock", "clock");
    const char* library = std::getenv("FISCUS_JUMPING_CLOCK");
    ASSERT_NE(library, nullptr) << "FISCUS_JUMPING_CLOCK names the library; ctest sets it";
    struct Clock {
        const char* offset;
        const char* jump;
    };
    // Seconds: 400 days, an hour, back to 1970; and what jumps all the time.
    for (const Clock& clock :
         {Clock{"34560000", "0"}, Clock{"-34560000", "0"}, Clock{"3600", "0"},
          Clock{"-1700000000", "0"}, Clock{"0", "3600"}, Clock{"0", "-34560000"}}) {
        const fs::path copy = world_.fresh("clock");
        support::Child::Words words = {support::program()};
        for (const std::string& word : SmallWorld::run(copy)) {
            words.push_back(word);
        }
        const std::string output = SmallWorld::output(copy);
        support::Child child(words, output,
                             {"LD_PRELOAD=" + std::string(library),
                              "FISCUS_CLOCK_OFFSET=" + std::string(clock.offset),
                              "FISCUS_CLOCK_JUMP=" + std::string(clock.jump),
                              // A sanitiser wants to be the first of all libraries.
                              "ASAN_OPTIONS=verify_asan_link_order=0"});
        ASSERT_EQ(child.wait(), 0) << support::text_of(output);
        expect_same(look_at_copy(copy), world_.whole());
        EXPECT_FALSE(HasFailure()) << "offset " << clock.offset << " jump " << clock.jump;
        report.count("clocks");
    }
}

}  // namespace
}  // namespace fiscus::faults

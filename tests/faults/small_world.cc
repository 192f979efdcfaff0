#include "tests/faults/small_world.h"

#include <gtest/gtest.h>

#include "engine/log/local_log.h"

namespace fiscus::faults {

namespace fs = std::filesystem;

crash::Seen look_at_copy(const fs::path& copy) {
    auto log = log::open_local_log(copy / "log", false);
    EXPECT_TRUE(log.ok()) << log.error().text();
    return log.ok() ? crash::look(**log) : crash::Seen{};
}

namespace {

// Statistics are a hundred times as large as all else. They are finished, so nobody writes to them
// any more, and copies share them; who did would be seen by all.
void copy_finished(const fs::path& from, const fs::path& to) {
    constexpr std::uintmax_t shared_bytes_min = 8U << 20;
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
        const fs::path place = to / fs::relative(entry.path(), from);
        if (entry.is_directory()) {
            fs::create_directories(place);
        } else if (entry.file_size() >= shared_bytes_min) {
            fs::create_hard_link(entry.path(), place);
        } else {
            fs::copy_file(entry.path(), place);
        }
    }
}

}  // namespace

SmallWorld::SmallWorld(std::uint64_t events) {
    const fs::path whole = path() / "whole";
    fs::create_directories(whole);
    generate({"--log", (whole / "log").string()}, events, 1, output(whole));
    fs::copy(whole, path() / "log_alone", fs::copy_options::recursive);
    EXPECT_EQ(crash::run_to_exit(run(whole), output(whole)), 0) << support::text_of(output(whole));
    whole_ = look_at_copy(whole);
    EXPECT_EQ(whole_.entries, events);
}

fs::path SmallWorld::fresh(const std::string& name) const {
    fs::path copy = path() / name;
    fs::remove_all(copy);
    fs::copy(path() / "log_alone", copy, fs::copy_options::recursive);
    return copy;
}

fs::path SmallWorld::finished(const std::string& name) const {
    fs::path copy = path() / name;
    fs::remove_all(copy);
    fs::create_directories(copy);
    copy_finished(path() / "whole", copy);
    return copy;
}

fs::path SmallWorld::finished_apart(const std::string& name) const {
    fs::path copy = path() / name;
    fs::copy(path() / "whole", copy, fs::copy_options::recursive);
    return copy;
}

Words SmallWorld::run(const fs::path& copy, const Words& more) {
    Words words = run_of({"--log", (copy / "log").string()}, copy / "state");
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::string SmallWorld::output(const fs::path& copy) { return copy.string() + ".output"; }

void SmallWorld::expect_whole(const fs::path& copy, const Words& more) const {
    ASSERT_EQ(crash::run_to_exit(run(copy, more), output(copy)), 0)
        << copy << ": " << support::text_of(output(copy));
    expect_same(look_at_copy(copy), whole_);
}

}  // namespace fiscus::faults

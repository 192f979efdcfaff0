#include "tests/support/child.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <spawn.h>

#include "tests/support/wait.h"

extern char** environ;

namespace fiscus::support {
namespace {

std::vector<char*> pointers(Child::Words& words) {
    std::vector<char*> all;
    for (std::string& word : words) {
        all.push_back(word.data());
    }
    all.push_back(nullptr);
    return all;
}

}  // namespace

std::string program() {
    const char* path = std::getenv("FISCUS_PROGRAM");
    EXPECT_NE(path, nullptr) << "FISCUS_PROGRAM names the built program; ctest sets it";
    return path == nullptr ? "" : path;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string text_of(const std::string& file) {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

Child::Child(Words words, const std::string& output_file, const Words& environment) {
    Words variables = environment;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        variables.emplace_back(*variable);
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_file.c_str(),
                                     O_CREAT | O_WRONLY | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    const int failed = posix_spawn(&process_, words.front().c_str(), &actions, nullptr,
                                   pointers(words).data(), pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_EQ(failed, 0) << "cannot start " << words.front();
    if (failed != 0) {
        process_ = -1;
    }
}

Child::~Child() {
    signal(SIGKILL);
    wait();
}

void Child::signal(int number) {
    if (started() && !ended_) {
        ::kill(process_, number);
    }
}

bool Child::ended() {
    if (started() && !ended_) {
        ended_ = ::wait4(process_, &status_, WNOHANG, &used_) == process_;
    }
    return ended_ || !started();
}

bool Child::exited() const { return ended_ && WIFEXITED(status_); }

int Child::exit_code() const { return exited() ? WEXITSTATUS(status_) : -1; }

std::uint64_t Child::resident_bytes_max() const {
    return static_cast<std::uint64_t>(used_.ru_maxrss) * 1'024;
}

std::optional<int> Child::wait_for(std::chrono::milliseconds at_most) {
    const bool in_time = wait_until([this] { return ended(); }, at_most);
    return in_time ? std::optional(exit_code()) : std::nullopt;
}

int Child::wait() {
    if (started() && !ended_) {
        ended_ = ::wait4(process_, &status_, 0, &used_) == process_;
    }
    return exit_code();
}

}  // namespace fiscus::support

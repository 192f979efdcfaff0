// A program as a child process: started with its output in a file, signalled, waited for. And the
// few things that every test of whole processes asks of its surroundings.
// Thread: one for each Child. Fails: fails the test when a program cannot be started.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <vector>

namespace fiscus::support {

// The built program, from FISCUS_PROGRAM.
std::string program();
// A number from the environment, or `otherwise`.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise);
// The whole file, for messages of failed tests.
std::string text_of(const std::string& file);

class Child {
public:
    using Words = std::vector<std::string>;

    // `words`: the program and its arguments; `environment`: NAME=value, beside those of this
    // process.
    Child(Words words, const std::string& output_file, const Words& environment = {});
    // Kills it if it still runs.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] bool started() const { return process_ > 0; }
    [[nodiscard]] pid_t process() const { return process_; }
    // Nothing happens to one that has ended.
    void signal(int number);
    [[nodiscard]] bool ended();
    // After its end: by itself, not by a signal.
    [[nodiscard]] bool exited() const;
    // After its end: its exit code, or −1 when a signal ended it.
    [[nodiscard]] int exit_code() const;
    // After its end: the most memory that it ever held.
    [[nodiscard]] std::uint64_t resident_bytes_max() const;
    // The exit code, or nothing when it did not end in time.
    std::optional<int> wait_for(std::chrono::milliseconds at_most);
    int wait();

private:
    pid_t process_ = -1;
    bool ended_ = false;
    int status_ = 0;
    rusage used_{};
};

}  // namespace fiscus::support

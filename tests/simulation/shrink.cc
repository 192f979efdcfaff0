#include "tests/simulation/shrink.h"

#include <cstdio>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fiscus::simulation {
namespace {

// In a child: an engine that stops the process is a finding as well.
bool fails(const Options& options) {
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(nowhere, STDERR_FILENO);
        _exit(simulate(options).finding.empty() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

}  // namespace

std::string once_more(const Options& options) {
    std::string command = "once more: fiscus-sim --seed " + std::to_string(options.seed) +
                          " --records " + std::to_string(options.records);
    for (const std::string& spared : options.spared) {
        command += " --spare " + spared;
    }
    return command;
}

std::string shrink(Options options) {
    if (!fails(options)) {
        return "nothing is found with seed " + std::to_string(options.seed);
    }
    for (const std::string_view trouble : troubles) {
        Options without = options;
        without.spared.emplace_back(trouble);
        if (fails(without)) {
            options = without;
        }
    }
    // Histories of different lengths begin alike, their lives do not: fewer may fail where more do
    // not, so each length is tried.
    for (std::size_t records = options.records; records > 1; records -= (records + 9) / 10) {
        Options with = options;
        with.records = records - (records + 9) / 10;
        if (fails(with)) {
            options = with;
        }
    }
    return once_more(options);
}

}  // namespace fiscus::simulation

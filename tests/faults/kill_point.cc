// What FISCUS_KILL_POINT does in the program that is built for it: FISCUS_KILL_AT="NAME:3" kills it
// when it is there for the third time, FISCUS_KILL_ODDS="100:7" at one of a hundred of all places,
// by seed 7; FISCUS_KILL_LIST names a file to which each place is written that it comes to.
#include "engine/base/kill_point.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>

#include "tests/property/random.h"

namespace fiscus {
namespace {

class Killer {
public:
    Killer() {
        if (const char* list = std::getenv("FISCUS_KILL_LIST"); list != nullptr) {
            list_ = ::open(list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        }
        if (const char* at = std::getenv("FISCUS_KILL_AT"); at != nullptr) {
            const std::string text(at);
            name_ = text.substr(0, text.rfind(':'));
            times_ = std::stoull(text.substr(text.rfind(':') + 1));
        }
        if (const char* odds = std::getenv("FISCUS_KILL_ODDS"); odds != nullptr) {
            const std::string text(odds);
            one_of_ = std::stoull(text);
            random_ = property::Random(std::stoull(text.substr(text.find(':') + 1)));
        }
    }

    void reach(const char* name) {
        const std::lock_guard lock(mutex_);
        if (list_ >= 0 && seen_.insert(name).second) {
            const std::string line = std::string(name) + '\n';
            if (::write(list_, line.data(), line.size()) < 0) {
                die();
            }
        }
        const bool here = name_ == name && --times_ == 0;
        if (here || (one_of_ != 0 && random_.below(one_of_) == 0)) {
            die();
        }
    }

private:
    static void die() { ::kill(::getpid(), SIGKILL); }

    std::mutex mutex_;
    int list_ = -1;
    std::set<std::string_view> seen_;
    std::string name_;
    std::uint64_t times_ = 0;
    std::uint64_t one_of_ = 0;
    property::Random random_{0};
};

}  // namespace

void kill_point(const char* name) {
    static Killer killer;
    killer.reach(name);
}

}  // namespace fiscus

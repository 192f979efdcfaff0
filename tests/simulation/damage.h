// What happens to topics as a whole, and the operator who does what the messages say. A topic loses
// its tail or its head, is written anew from some record on, or is deleted and made anew; whoever
// needs what is gone must refuse and name it, and must never publish what is wrong. Then the
// operator stops everything, reads the hint of each error, and does what it says until all of them
// work again.
// Thread: one. Fails: never; Surroundings::finding says what is wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/processes.h"

namespace fiscus::simulation {

enum class Harm : std::uint8_t { tail_lost, tail_rewritten, head_lost, made_anew };

class Operator {
public:
    // `all`: the processes that must work after each repair; those that publish rows come last, and
    // are `publishers`.
    Operator(Surroundings& world,
             std::filesystem::path folder,
             std::vector<Process*> all,
             std::size_t publishers)
        : world_(world),
          folder_(std::move(folder)),
          all_(std::move(all)),
          publishers_(all_.end() - static_cast<std::ptrdiff_t>(publishers), all_.end()) {}

    // Harms a topic, of which there is a copy; nothing when there is nothing in it to harm.
    void harm();
    // Until then the events' publishers wait.
    [[nodiscard]] bool events_harmed() const;
    // What the journal says before this offset, it said by itself.
    [[nodiscard]] std::int64_t journal_end() const;
    // Checks that the harm is noticed by whoever begins from nothing, mends it as the messages say,
    // and lets every process work on. Nothing else fails meanwhile.
    void repair();

private:
    struct Damage {
        std::string topic{};
        Harm harm = Harm::tail_lost;
        // The first record that is gone or not what it was; of a lost head the first that is left.
        std::int64_t at = 0;
        Cluster::Records copy{};
        std::string identity{};
        bool restored = false;
        // By whoever begins from nothing.
        bool must_be_noticed = false;
    };

    [[nodiscard]] bool of_rows() const;
    [[nodiscard]] std::string_view topic_name() const;
    void rewrite(std::int64_t from, std::int64_t end);
    // Of the blocks that count: their offsets, and of the last entry in them, −1 for none, that of
    // its event.
    struct Journaled {
        std::vector<std::int64_t> blocks;
        std::int64_t last_event = -1;
    };
    [[nodiscard]] Journaled journaled() const;
    void set_expectation(const Journaled& journaled);
    struct Refusal {
        Process* whose = nullptr;
        bool from_nothing = false;  // no state of its own could be at fault
        Error error{};
    };
    // Of somebody who has nothing and looks at everything; the engines have done their work or not.
    std::optional<Refusal> audit(bool after_work);
    void find(const std::string& what);
    // Nothing: it lives, and works on.
    std::optional<Refusal> refusal_of(Process& process);
    // The first who refuses when each of them is tried.
    std::optional<Refusal> first_refusal();
    void remedy(const Refusal& refusal);
    void restore();

    Surroundings& world_;
    const std::filesystem::path folder_;
    const std::vector<Process*> all_;
    const std::vector<Process*> publishers_;
    std::optional<Damage> damage_;
    std::uint64_t audits_ = 0;
};

}  // namespace fiscus::simulation

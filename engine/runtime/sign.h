// Signs of life: what the leader of a partition, and each standby, says of itself twice a second,
// in a note beside the log (log::Note). From them a standby knows whether its leader is gone, also
// where nothing is published; and people see who is where. Only hints: who may write is decided by
// claims in the journal, so a wrong guess costs a claim and nothing else. Pure values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/threads/clock.h"

namespace fiscus::runtime {

enum class Role : std::uint8_t { leader, standby };
std::string_view role_name(Role role);

struct Sign {
    Role role = Role::leader;
    std::uint64_t term = 0;
    std::uint64_t sequence = 0;  // of the last entry that is durable
    std::uint64_t beat = 0;      // counts up; 0: it has left in order
    Hash128 digest{};            // of the state after that entry
    std::string writer{};
    friend bool operator==(const Sign&, const Sign&) = default;
};

// "leader term=3 sequence=81234 beat=17 digest=… writer=fiscus"; the writer stands last.
std::string sign_text(const Sign& sign);
// Nothing: no text of ours.
std::optional<Sign> sign_from_text(std::string_view text);

// Where they lie: notes of the partitions of the events topic.
inline constexpr std::string_view leader_note = "fiscus.leader";
// Letters that a note's name cannot have become "-".
std::string standby_note(std::string_view writer);

// What a claim by command says in place of a writer's name: the partition is for this standby, or
// with an empty name for any.
std::string handover_to(std::string_view writer);
// Nothing: an ordinary claim.
std::optional<std::string> handed_over_to(std::string_view claimed_by);

// Adds up for how long nothing was heard of the leader. Silence counts only from one answer of the
// log to the next, and no more than `step_max` for each: neither a log that does not answer nor a
// standby that was itself asleep is the leader's silence.
class LeaderWatch {
public:
    static constexpr std::chrono::milliseconds step_max{1'000};

    explicit LeaderWatch(std::chrono::milliseconds patience) : patience_(patience) {}

    // A block or a claim that counts.
    void heard() { silent_ = std::chrono::milliseconds(0); }
    // The leader's note as the log gave it now; `term` is the highest claimed.
    void told(const std::optional<Sign>& sign, std::uint64_t term, Clock::Time now);
    // The log did not answer.
    void not_told() { told_.reset(); }

    [[nodiscard]] bool gone() const { return silent_ >= patience_; }
    [[nodiscard]] std::chrono::milliseconds silent() const { return silent_; }

private:
    std::chrono::milliseconds patience_;
    std::chrono::milliseconds silent_{0};
    std::optional<Clock::Time> told_;
    std::optional<Sign> last_;
};

}  // namespace fiscus::runtime

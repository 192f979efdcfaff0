// How far the journal was found to be right: said by the thread that replays it, waited for by the
// one that folds the statistics from it. Partitions come one after the other.
// Thread: any. Fails: never.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace fiscus::app {

class VerifiedJournal {
public:
    // The entries of `partition` up to `sequence` agree, and all partitions before it.
    void advance(std::size_t partition, std::uint64_t sequence) {
        {
            const std::lock_guard lock(mutex_);
            sequences_.resize(partition + 1);
            sequences_[partition] = sequence;
        }
        changed_.notify_all();
    }
    // Nothing more is said.
    void end() {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        changed_.notify_all();
    }
    // Waits until more of `partition` agrees than its entries up to `sequence`; false when nothing
    // more will.
    [[nodiscard]] bool wait_beyond(std::size_t partition, std::uint64_t sequence) {
        std::unique_lock lock(mutex_);
        const auto beyond = [&] {
            return partition < sequences_.size() && sequences_[partition] > sequence;
        };
        changed_.wait(lock,
                      [&] { return ended_ || sequences_.size() > partition + 1 || beyond(); });
        return beyond();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::uint64_t> sequences_;
    bool ended_ = false;
};

}  // namespace fiscus::app

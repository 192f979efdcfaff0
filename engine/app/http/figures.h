// What the threads of `run` tell the outside: the newest figures of engine and statistics, put down
// by the thread that owns them once a turn and read by the HTTP server. Plain values, one lock that
// no turn waits for longer than a copy. Thread: any. Fails: never.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace fiscus::app {

inline constexpr std::size_t reasons_count = 256;

struct EnginePartitionFigures {
    std::int32_t partition = 0;
    std::int64_t input_position = 0;    // next input offset
    std::int64_t input_end = 0;         // end of the input log
    std::int64_t durable_position = 0;  // input offset up to which the state is on disk
    std::uint64_t sequence = 0;         // last ledger sequence
    std::uint64_t term = 0;
    bool leads = true;            // else it follows whoever does
    double leader_silent_s = 0;   // of a standby: for how long nothing was heard of the leader
    std::uint64_t takeovers = 0;  // by this process
    std::string sign_trouble;     // why the last sign of life was not left
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t refused = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t gaps_open = 0;
    std::uint64_t journal_blocks = 0;
    std::int64_t trial_balance_fen = 0;
    std::string waits_for;  // a secret that its next event needs
    bool store_stalled = false;
    std::uint64_t store_stall_us = 0;
    std::uint64_t store_debt_bytes = 0;
    std::array<std::uint64_t, reasons_count> refused_by_reason{};
};

struct StageSeconds {
    std::string stage;
    double seconds = 0;
};

struct EngineFigures {
    std::vector<EnginePartitionFigures> partitions;
    std::vector<StageSeconds> stages;
    bool recovered = false;
    std::chrono::steady_clock::time_point turned{};
};

struct StatisticsPartitionFigures {
    std::int32_t partition = 0;
    std::uint64_t sequence = 0;  // last ledger sequence folded
    std::uint64_t rows = 0;      // rows published by this process
};

struct StatisticsFigures {
    std::vector<StatisticsPartitionFigures> partitions;
    bool recovered = false;
    std::chrono::steady_clock::time_point turned{};
};

struct Figures {
    std::optional<EngineFigures> engine;          // nothing: this process runs no engine
    std::optional<StatisticsFigures> statistics;  // nothing: this process runs no statistics
    // Why a part has ended; empty while all is well.
    std::string failure;
};

class FiguresBoard {
public:
    void put(EngineFigures figures);
    void put(StatisticsFigures figures);
    void fail(std::string why);
    [[nodiscard]] Figures get() const;

private:
    mutable std::mutex mutex_;
    Figures figures_;
};

}  // namespace fiscus::app

#include "bench/end_to_end/job.h"

#include <array>
#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <utility>

#include "bench/load/competing_load.h"
#include "bench/load/invoice_load.h"
#include "bench/load/pack_load.h"
#include "bench/load/publish.h"
#include "bench/load/secret_files.h"
#include "bench/load/standard_load.h"
#include "engine/base/check.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "projections/statistics/fold.h"

namespace fiscus::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::uint32_t programme = 1;
// Of the memory the statistics get this part, the engine the rest: as in engine/app/pipeline.cc.
constexpr std::uint64_t statistics_share = 4;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr Clock::duration sample_interval = std::chrono::seconds(1);

// A number that the system keeps of this process; 0 where it keeps none.
std::uint64_t of_process(const char* file, std::string_view name) {
    std::ifstream lines(file);
    std::string line;
    while (std::getline(lines, line)) {
        if (line.starts_with(name)) {
            return std::stoull(line.substr(line.find_first_of("0123456789")));
        }
    }
    return 0;
}

std::uint64_t status_bytes(std::string_view name) {
    return of_process("/proc/self/status", name) << 10;
}

std::unique_ptr<load::Load> make_load(const JobOptions& options) {
    switch (options.load) {
        case LoadKind::standard:
            return std::make_unique<load::StandardLoad>(
                load::LoadOptions{.events = options.events,
                                  .seed = options.seed,
                                  .with_signatures = options.with_signatures});
        case LoadKind::competing:
            return std::make_unique<load::CompetingLoad>(
                load::CompetingOptions{.events = options.events, .seed = options.seed});
        case LoadKind::gift_packs:
            return std::make_unique<load::PackLoad>(
                load::PackOptions{.requests = options.events * 10 / load::records_of_ten_requests,
                                  .seed = options.seed});
        case LoadKind::invoices:
            return std::make_unique<load::InvoiceLoad>(load::InvoiceOptions{
                .invoices = options.events / load::records_of_invoice, .seed = options.seed});
    }
    FISCUS_CHECK(false, "a load is one of these");
}

// The generator works in a process of its own, so that its memory is not the engine's. What it
// knows of the load comes back through a pipe.
static_assert(std::is_trivially_copyable_v<load::Expected>);

int generate(const std::filesystem::path& directory, const JobOptions& options, int pipe_end) {
    auto log = log::open_local_log(directory / "log", true);
    if (!log.ok() || !log.value()->create(log::topic_plans(1)).ok()) {
        return 1;
    }
    const auto load = make_load(options);
    if (!load::write_secrets(*load, directory / "secrets").ok() ||
        !load::publish(**log, *load).ok()) {
        return 1;
    }
    const load::Expected expected = load->expected();
    return ::write(pipe_end, &expected, sizeof expected) == sizeof expected ? 0 : 1;
}

Result<load::Expected> generate_apart(const std::filesystem::path& directory,
                                      const JobOptions& options) {
    const Error failed{.code = ErrorCode::io,
                       .what = "the load cannot be written to " + directory.string(),
                       .why = "the process that generates it failed",
                       .hint = "look for space there; TMPDIR names another place"};
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return failed;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(generate(directory, options, ends[1]));
    }
    ::close(ends[1]);
    load::Expected expected;
    std::size_t taken = 0;
    while (child > 0 && taken < sizeof expected) {
        const ssize_t count = ::read(ends[0], reinterpret_cast<std::byte*>(&expected) + taken,
                                     sizeof expected - taken);
        if (count <= 0) {
            break;
        }
        taken += static_cast<std::size_t>(count);
    }
    ::close(ends[0]);
    int status = 1;
    const bool ended = child > 0 && ::waitpid(child, &status, 0) == child;
    if (!ended || status != 0 || taken != sizeof expected) {
        return failed;
    }
    return expected;
}

Result<StatisticsEnd> fold_statistics(log::Log& log,
                                      const projections::RunnerOptions& options,
                                      const std::atomic<bool>& engine_done) {
    FISCUS_ASSIGN(const auto runner, projections::Runner::open(log, 0, options));
    while (true) {
        const bool last_look = engine_done;
        FISCUS_ASSIGN(const std::uint64_t folded, runner->run_once(milliseconds(5)));
        if (folded == 0 && last_look) {
            break;
        }
    }
    FISCUS_TRY(runner->flush());
    StatisticsEnd end{.counts = runner->counts()};
    if (const auto* folded = runner->fold().find(programme)) {
        end.sums = folded->lifetime;
    }
    for (const auto& account : runner->fold().accounts().balances({})) {
        end.trial_balance_fen += account.balance_fen;
    }
    return end;
}

// The generator's are among them, because it was a child of this process.
std::uint64_t written_bytes() { return of_process("/proc/self/io", "write_bytes:"); }

Sample sample(const runtime::Engine& engine, const Mark& mark, std::uint64_t written_before) {
    return {.mark = mark,
            .resident_bytes = status_bytes("VmRSS:"),
            .written_bytes = written_bytes() - written_before,
            .compaction_debt_bytes = engine.view().front().compaction_debt_bytes};
}

Status run_engine(runtime::Engine& engine,
                  std::uint64_t events,
                  Clock::time_point start,
                  JobResult& result) {
    std::uint64_t applied = 0;
    auto sampled = start;
    const std::uint64_t written_before = written_bytes();
    while (applied < events) {
        FISCUS_ASSIGN(const std::uint64_t turn, engine.run_once(milliseconds(100)));
        applied += turn;
        result.marks.push_back({applied, seconds_since(start)});
        if (Clock::now() - sampled >= sample_interval) {
            sampled = Clock::now();
            result.samples.push_back(sample(engine, result.marks.back(), written_before));
        }
    }
    // The last turns count when they are durable.
    FISCUS_TRY(engine.caught_up());
    result.marks.push_back({applied, seconds_since(start)});
    result.samples.push_back(sample(engine, result.marks.back(), written_before));
    return Done{};
}

// The statistics in a thread of their own, until the engine is done.
class StatisticsThread {
public:
    StatisticsThread(log::Log& log, projections::RunnerOptions options)
        : thread_([this, &log, options = std::move(options)] {
              end_.emplace(fold_statistics(log, options, engine_done_));
          }) {}
    ~StatisticsThread() { join(); }
    StatisticsThread(const StatisticsThread&) = delete;
    StatisticsThread& operator=(const StatisticsThread&) = delete;

    void join() {
        engine_done_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    // After join().
    [[nodiscard]] const Result<StatisticsEnd>& end() const { return *end_; }

private:
    std::atomic<bool> engine_done_ = false;
    std::optional<Result<StatisticsEnd>> end_;
    std::thread thread_;
};

Status measure(log::Log& log,
               const std::filesystem::path& directory,
               const JobOptions& options,
               JobResult& result) {
    const std::uint64_t of_statistics = options.memory_bytes / statistics_share;
    const std::filesystem::path state = directory / "state";
    runtime::EngineOptions engine_options;
    engine_options.state_dir = state;
    engine_options.secrets_dir = directory / "secrets";
    engine_options.waits_for_secrets = false;
    engine_options.memory_bytes = options.memory_bytes - of_statistics;
    if (options.fold_records) {
        engine_options.fold_records = *options.fold_records;
        engine_options.fold_interval = std::chrono::hours(24);
    }
    projections::RunnerOptions statistics_options;
    statistics_options.directory = (state / "statistics").string();
    statistics_options.memory_bytes = of_statistics;

    FISCUS_ASSIGN(const auto engine, runtime::Engine::open(log, engine_options));
    const auto start = Clock::now();
    StatisticsThread statistics(log, statistics_options);
    FISCUS_TRY(run_engine(*engine, result.expected.records, start, result));
    result.engine_seconds = seconds_since(start);
    statistics.join();
    if (!statistics.end().ok()) {
        return statistics.end().error();
    }
    FISCUS_TRY(engine->flush());
    result.whole_seconds = seconds_since(start);
    result.resident_bytes_max = status_bytes("VmHWM:");
    Result<StatisticsEnd> end = statistics.end();
    result.statistics = std::move(end).value();
    // Reads every record back; fails when their sum is not the digest.
    FISCUS_TRY(engine->verify_state());
    result.engine = engine->view().front();
    return Done{};
}

}  // namespace

Result<JobResult> run_job(const std::filesystem::path& directory, const JobOptions& options) {
    JobResult result;
    const auto start = Clock::now();
    FISCUS_ASSIGN(result.expected, generate_apart(directory, options));
    result.generate_seconds = seconds_since(start);
    FISCUS_ASSIGN(const auto log, log::open_local_log(directory / "log", false));
    FISCUS_TRY(measure(*log, directory, options, result));
    if (result.expected.cap_per_consumer != 0) {
        FISCUS_ASSIGN(result.claims, read_claims(*log));
    }
    if (options.load == LoadKind::invoices) {
        FISCUS_ASSIGN(result.draw_turns, find_draw_turns(*log, result.marks));
    }
    return result;
}

}  // namespace fiscus::bench

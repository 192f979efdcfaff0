// fiscus_end_to_end: the main job over a local log in a directory of its own, with engine and
// statistics in two threads and the journal synced before anything counts. Prints rates, one line
// each, and checks the result; 1 when a check fails. `--help` shows an example.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "bench/end_to_end/checks.h"
#include "bench/end_to_end/job.h"
#include "bench/support/program.h"
#include "bench/support/scratch_directory.h"

namespace fiscus::bench {
namespace {

struct Options {
    JobOptions job;
    // Given with --memory: then it is a bound.
    std::optional<std::uint64_t> memory_bytes;
    std::uint64_t floor = 0;
    std::string growth_file;
};

// Events per second over the last half, where caches are warm and the first fold is past.
double last_half(const std::vector<Mark>& marks, std::uint64_t events) {
    const Mark& last = marks.back();
    for (const Mark& mark : marks) {
        if (mark.records >= events / 2) {
            return events_per_second(last.records - mark.records, last.seconds - mark.seconds);
        }
    }
    return 0;
}

// scripts/bench reads these lines: name, number, unit.
void print_rates(const JobResult& result) {
    const std::uint64_t events = result.expected.records;
    const auto rate = [](const char* name, double events_per_s) {
        fmt::print("{:<18}{:>9.0f} events/s\n", name, events_per_s);
    };
    rate("generate", events_per_second(events, result.generate_seconds));
    rate("engine", events_per_second(events, result.engine_seconds));
    rate("engine_last_half", last_half(result.marks, events));
    rate("whole", events_per_second(events, result.whole_seconds));
    for (std::size_t i = 0; i < runtime::stages; ++i) {
        fmt::print(
            "{:<18}{:>9.0f} ns/event\n", fmt::format("stage_{}", runtime::stage_names[i]),
            static_cast<double>(result.engine.times.nanoseconds[i]) / static_cast<double>(events));
    }
    if (const auto& turns = result.draw_turns) {
        fmt::print("{:<18}{:>9.0f} ms\n", "turn_sealing", turns->sealing_seconds * 1e3);
        fmt::print("{:<18}{:>9.0f} ms\n", "turn_drawing", turns->drawing_seconds * 1e3);
    }
    fmt::print("{:<18}{:>9} MiB\n", "resident", result.resident_bytes_max >> 20);
    fmt::print("{:<18}{:>9}\n", "rows", result.statistics.counts.rows_appended);
    fmt::print("digest {}\n", to_hex(result.engine.digest));
}

// Comma-separated, one line for each second (bench/growth/plot.py draws it).
bool write_growth(const std::string& path, const JobResult& result) {
    std::ofstream file(path);
    const double issued = static_cast<double>(result.expected.total.issued_count) /
                          static_cast<double>(result.expected.records);
    file << "seconds,events,vouchers,resident_bytes,written_bytes,compaction_debt_bytes\n";
    for (const Sample& sample : result.samples) {
        // Claims are spread evenly over the load.
        const double vouchers = static_cast<double>(sample.mark.records) * issued;
        file << fmt::format("{:.3f},{},{:.0f},{},{},{}\n", sample.mark.seconds, sample.mark.records,
                            vouchers, sample.resident_bytes, sample.written_bytes,
                            sample.compaction_debt_bytes);
    }
    file.close();
    return !file.fail();
}

int measure(const Options& options) {
    const ScratchDirectory directory;
    const auto result = run_job(directory.path(), options.job);
    if (!result.ok()) {
        fmt::print(stderr, "{}\n", result.error().text());
        return 1;
    }
    print_rates(result.value());
    bool good = true;
    if (!options.growth_file.empty() && !write_growth(options.growth_file, result.value())) {
        fmt::print("NO: {} cannot be written\n", options.growth_file);
        good = false;
    }
    for (const Check& check :
         check_job(result.value(), {.floor = static_cast<double>(options.floor),
                                   .resident_bytes_max = options.memory_bytes})) {
        fmt::print("{}: {}\n", check.good ? "yes" : "NO", check.what);
        good = good && check.good;
    }
    return good ? 0 : 1;
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app(
        "The main job, measured and checked: a load in a local log, engine, journal, statistics.",
        "fiscus_end_to_end");
    app.footer(
        "Example:\n  fiscus_end_to_end --events 1000000 --memory 1GiB --floor 150000\n"
        "  fiscus_end_to_end --load competing\n\n"
        "Exit codes:\n  0  done, every check is yes\n  1  a check is NO, or the job failed\n"
        "  2  wrong usage\n");
    const std::map<std::string, LoadKind> loads{{"standard", LoadKind::standard},
                                                {"competing", LoadKind::competing},
                                                {"gift-packs", LoadKind::gift_packs},
                                                {"invoices", LoadKind::invoices}};
    app.add_option("--load", options.job.load,
                   "standard: a programme's month; competing: ten claims for each voucher of one "
                   "batch, within minutes; gift-packs: a month of instant draws; invoices: a month "
                   "with three draws over sealed lists")
        ->transform(CLI::CheckedTransformer(loads))
        ->option_text("standard|competing|gift-packs|invoices [standard]");
    app.add_option("--events", options.job.events,
                   "Events of the load; of gift packs and invoices about so many")
        ->check(CLI::Range(load::events_min, std::uint64_t{1'000'000'000}))
        ->option_text("N [1000000]");
    app.add_option("--seed", options.job.seed, "Another load, another digest")
        ->option_text("N [1]");
    app.add_flag("--signed", options.job.with_signatures,
                 "The platforms of the standard load sign their events");
    app.add_option("--memory", options.memory_bytes,
                   "The setting engine.memory, and a check that resident memory stays within it; "
                   "without it 1GiB and no check")
        ->transform(CLI::AsSizeValue(false))
        ->option_text("SIZE");
    app.add_option("--fold-records", options.job.fold_records,
                   "State is written after so many events and not by time: the same work in every "
                   "run")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}))
        ->option_text("N");
    app.add_option("--floor", options.floor, "Events/s that the whole job must reach")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}))
        ->option_text("N");
    app.add_option("--growth", options.growth_file,
                   "Writes rate, memory, bytes written and compaction debt of each second there")
        ->option_text("FILE");
    if (const auto code = parse(app, argc, argv)) {
        return *code;
    }
    options.job.memory_bytes = options.memory_bytes.value_or(options.job.memory_bytes);
    return measure(options);
}

}  // namespace
}  // namespace fiscus::bench

int main(int argc, char** argv) {
    return fiscus::bench::run_program(fiscus::bench::run, argc, argv);
}

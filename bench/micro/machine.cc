// What the machine itself does, to compare the figures of two machines: a copy larger than its
// caches, one look into memory after the other, and one sync of a small write.
#include <cstring>
#include <fcntl.h>
#include <numeric>
#include <random>
#include <vector>

#include "bench/micro/corpus.h"
#include "bench/support/scratch_directory.h"
#include "engine/base/check.h"
#include "engine/log/file.h"

namespace fiscus::bench {
namespace {

constexpr std::size_t copy_bytes = std::size_t{128} << 20;
constexpr std::size_t chase_bytes = std::size_t{256} << 20;
constexpr std::size_t chase_steps = 100'000;
constexpr std::size_t write_bytes = 4'096;

void copy_memory(benchmark::State& bench) {
    const std::vector<std::byte> from(copy_bytes, std::byte{1});
    std::vector<std::byte> to(copy_bytes);
    for ([[maybe_unused]] auto iteration : bench) {
        std::memcpy(to.data(), from.data(), copy_bytes);
        benchmark::ClobberMemory();
    }
    FISCUS_CHECK(to.back() == from.back(), "a copy is equal");
    report(bench, copy_bytes);
}

// One cycle through all cache lines in an order that nothing can guess (Sattolo's).
std::vector<std::size_t> cycle(std::size_t lines, std::size_t words_per_line) {
    std::vector<std::size_t> order(lines);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::mt19937_64 random(1);
    for (std::size_t i = lines - 1; i > 0; --i) {
        std::swap(order[i], order[random() % i]);
    }
    std::vector<std::size_t> next(lines * words_per_line);
    for (std::size_t i = 0; i < lines; ++i) {
        next[i * words_per_line] = order[i] * words_per_line;
    }
    return next;
}

void chase_pointers(benchmark::State& bench) {
    constexpr std::size_t words_per_line = 64 / sizeof(std::size_t);
    const std::vector<std::size_t> next = cycle(chase_bytes / 64, words_per_line);
    std::size_t at = 0;
    for ([[maybe_unused]] auto iteration : bench) {
        for (std::size_t i = 0; i < chase_steps; ++i) {
            at = next[at];
        }
        benchmark::DoNotOptimize(at);
    }
    FISCUS_CHECK(at % words_per_line == 0, "a chase stays on its lines");
    report(bench, chase_steps);
}

void sync_write(benchmark::State& bench) {
    const ScratchDirectory directory;
    const std::filesystem::path path = directory.path() / "bytes";
    auto file = log::open_file(path, O_RDWR | O_CREAT);
    FISCUS_CHECK(file.ok(), "a file is made in an empty directory");
    const std::vector<std::byte> bytes(write_bytes, std::byte{1});
    std::uint64_t position = 0;
    for ([[maybe_unused]] auto iteration : bench) {
        FISCUS_CHECK(
            log::write_at(*file, bytes, position, path).ok() && log::sync_file(*file, path).ok(),
            "the disk takes a page");
        position += write_bytes;
    }
    report(bench, 1);
}

}  // namespace

void register_machine() {
    benchmark::RegisterBenchmark("machine/copy", copy_memory);
    benchmark::RegisterBenchmark("machine/look", chase_pointers);
    benchmark::RegisterBenchmark("machine/sync", sync_write)->UseRealTime();
}

}  // namespace fiscus::bench

// signature: whether an event of a usual size is its source's own, with SHA-256 and with SM3.
// Floor: its blocks and those of the key, hashed as one long text.
#include <array>
#include <string>
#include <vector>

#include "bench/micro/corpus.h"
#include "engine/base/check.h"
#include "engine/secrets/event_mac.h"

namespace fiscus::bench {
namespace {

constexpr std::uint64_t events = 10'000;
constexpr std::size_t event_bytes = 256;
constexpr std::size_t tag_at = 100;
constexpr draw::Digest key{std::byte{7}};

void authenticate(benchmark::State& bench, draw::HashKind hash) {
    secrets::EventMac mac(hash, key);
    std::array<std::byte, event_bytes> value{};
    mac.sign(value, tag_at);
    for ([[maybe_unused]] auto iteration : bench) {
        for (std::uint64_t i = 0; i < events; ++i) {
            FISCUS_CHECK(mac.holds(value, tag_at), "a signed event is its source's own");
        }
    }
    value[0] = std::byte{1};
    FISCUS_CHECK(!mac.holds(value, tag_at), "a changed event is not");
    report(bench, events);
}

// Of 271 bytes with their end five, and one for the outer hash.
void hash_blocks(benchmark::State& bench, draw::HashKind hash) {
    const std::vector<std::byte> bytes(events * 6 * 64, std::byte{1});
    for ([[maybe_unused]] auto iteration : bench) {
        benchmark::DoNotOptimize(draw::hash_of(hash, bytes));
    }
    bench.SetLabel("as many blocks of one long text");
    report(bench, events);
}

}  // namespace

void register_signature() {
    for (const draw::HashKind hash : {draw::HashKind::sha256, draw::HashKind::sm3}) {
        const std::string name = hash == draw::HashKind::sha256 ? "signature" : "signature_sm3";
        benchmark::RegisterBenchmark(
            name.c_str(), [hash](benchmark::State& bench) { authenticate(bench, hash); });
        benchmark::RegisterBenchmark((name + "/floor").c_str(),
                                     [hash](benchmark::State& bench) { hash_blocks(bench, hash); });
    }
}

}  // namespace fiscus::bench

// journal_encode: the entries of a turn → the bytes of a block, and the hash that chains them;
// its label says how many bytes an event takes.
// journal_decode: the bytes → a verified block, its hash, and every posting read once, as a reader
// of the journal does. Floor of both: SHA-256 of the same bytes.
#include <vector>

#include <fmt/format.h>

#include "bench/micro/corpus.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace fiscus::bench {
namespace {

journal::BlockHeader header_of(const Turn& turn) {
    return {.term = 1,
            .first_sequence = turn.entries.entries.front().sequence(),
            .state_digest = turn.digest};
}

std::int64_t sum_fen(std::span<const wire::Posting> postings) {
    std::int64_t sum = 0;
    for (const wire::Posting& posting : postings) {
        sum += posting.amount_fen();
    }
    return sum;
}

// A block at a multiple of eight, as a log gives it.
struct Block {
    std::vector<std::uint64_t> words;
    std::size_t bytes = 0;
    Sha256 hash{};
    std::int64_t fen = 0;

    [[nodiscard]] Bytes value() const { return std::as_bytes(std::span(words)).first(bytes); }
};

std::vector<Block> blocks_of(const Corpus& corpus) {
    journal::BlockEncoder encoder;
    std::vector<Block> blocks;
    for (const Turn& turn : corpus.measured()) {
        const Bytes value = encoder.encode(header_of(turn), turn.entries);
        Block& block = blocks.emplace_back();
        block.words.resize(value.size() / 8 + 1);
        std::ranges::copy(value, std::as_writable_bytes(std::span(block.words)).begin());
        block.bytes = value.size();
        block.hash = sha256(value);
        block.fen = sum_fen(turn.entries.postings);
    }
    return blocks;
}

void encode_blocks(benchmark::State& bench, const Corpus& corpus) {
    const std::vector<Block> expected = blocks_of(corpus);
    journal::BlockEncoder encoder;
    for ([[maybe_unused]] auto iteration : bench) {
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const Turn& turn = corpus.measured()[i];
            const Bytes value = encoder.encode(header_of(turn), turn.entries);
            FISCUS_CHECK(sha256(value) == expected[i].hash, "the same entries give the same block");
        }
    }
    std::size_t bytes = 0;
    for (const Block& block : expected) {
        bytes += block.bytes;
    }
    bench.SetLabel(
        fmt::format("{:.1f} bytes an event",
                    static_cast<double>(bytes) / static_cast<double>(corpus.measured_events())));
    report(bench, corpus.measured_events());
}

void decode_blocks(benchmark::State& bench, const Corpus& corpus) {
    const std::vector<Block> blocks = blocks_of(corpus);
    journal::BlockDecoder decoder;
    for ([[maybe_unused]] auto iteration : bench) {
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            const auto view = decoder.open(blocks[i].value());
            FISCUS_CHECK(view.ok() && sha256(blocks[i].value()) == blocks[i].hash,
                         "our own block opens");
            FISCUS_CHECK(view.value().entries().size() == corpus.measured()[i].events.size() &&
                             sum_fen(view.value().postings()) == blocks[i].fen,
                         "a block keeps every entry and every fen");
        }
    }
    report(bench, corpus.measured_events());
}

void hash_blocks(benchmark::State& bench, const Corpus& corpus) {
    const std::vector<Block> blocks = blocks_of(corpus);
    for ([[maybe_unused]] auto iteration : bench) {
        for (const Block& block : blocks) {
            benchmark::DoNotOptimize(sha256(block.value()));
        }
    }
    bench.SetLabel("SHA-256 of the same bytes");
    report(bench, corpus.measured_events());
}

}  // namespace

void register_journal(const Corpus& corpus) {
    add("journal_encode", corpus, encode_blocks);
    add("journal_encode/floor", corpus, hash_blocks);
    add("journal_decode", corpus, decode_blocks);
    add("journal_decode/floor", corpus, hash_blocks);
}

}  // namespace fiscus::bench

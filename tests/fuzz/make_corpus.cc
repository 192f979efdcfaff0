// make_corpus DIR: writes the first inputs of every target's corpus below DIR: golden events and
// their JSON, random histories of the property tests, the journal blocks that they give, draws and
// what a log, an operator's client and a settings file look like. The same bytes each time.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/base/check.h"
#include "engine/draw/bundle_files.h"
#include "engine/journal/block.h"
#include "engine/log/segment.h"
#include "tests/property/world.h"
#include "tests/support/damage.h"
#include "tests/support/draws.h"
#include "tests/support/engine_under_test.h"

namespace fiscus::fuzz {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(stream), {}};
    FISCUS_CHECK(!content.empty(), "the seeds are read in the repository's root");
    return content;
}

template <typename T>
std::string bytes_of(T number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}

std::string piece(const std::string& content) {
    return bytes_of(static_cast<std::uint16_t>(content.size())) + content;
}

class Corpus {
public:
    explicit Corpus(fs::path directory) : directory_(std::move(directory)) {}

    void add(const std::string& target, const std::string& name, const std::string& content) const {
        fs::create_directories(directory_ / target);
        const fs::path path = directory_ / target / (name + ".bin");
        std::ofstream file(path, std::ios::binary | std::ios::trunc);
        file << content;
        file.close();
        FISCUS_CHECK(file.good(), "a seed can be written");
    }

private:
    fs::path directory_;
};

void add_events(const Corpus& corpus) {
    for (const auto& entry : fs::directory_iterator("schemas/golden/v1")) {
        const fs::path& file = entry.path();
        if (file.extension() == ".bin") {
            corpus.add("event", file.stem().string(), content_of(file));
        } else if (file.extension() == ".json" &&
                   fs::exists(fs::path(file).replace_extension("bin"))) {
            corpus.add("json", file.stem().string(), content_of(file));
        }
    }
    corpus.add("event", "too_many_tables", support::table_bomb(9'000));
    corpus.add("event", "too_deep", support::depth_bomb());
    corpus.add("json", "too_deep", std::string(2'000, '[') + std::string(2'000, ']'));
    corpus.add("json", "escapes",
               R"({"kind":"BatchClosed","key":"\u0030\ud83d\ude00","body":{"batch":1e2}})");
}

std::vector<reference::Input> history(std::uint64_t seed, std::size_t records) {
    property::World world({.seed = seed,
                           .records = records,
                           .voucher_ids = static_cast<property::VoucherIds>(seed % 4)});
    return world.make();
}

// As tests/fuzz/ledger.cc reads it: it begins empty, and each record is as it is.
std::string ledger_input(const std::vector<reference::Input>& records) {
    std::string text(1, '\1');
    std::int64_t before_us = support::first_morning_us;
    for (const reference::Input& record : records) {
        if (!record.value || record.value->size() > UINT16_MAX) {
            continue;
        }
        text += '\0' + piece(*record.value) +
                bytes_of(static_cast<std::int32_t>((record.timestamp_us - before_us) / 1'000));
        before_us = record.timestamp_us;
    }
    return text;
}

void add_histories(const Corpus& corpus) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        corpus.add("ledger", "history_" + std::to_string(seed), ledger_input(history(seed, 60)));
    }
    // Choices of kinds and fields, from which the target makes events itself.
    property::Random random(1);
    for (int number = 1; number <= 10; ++number) {
        std::string text(1, '\2');
        while (text.size() < 600) {
            text += static_cast<char>(random.chance(30) ? random.below(8) : 8 + random.below(248));
        }
        corpus.add("ledger", "choices_" + std::to_string(number), text);
    }
}

void add_blocks(const Corpus& corpus) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto records = history(seed, 12 * seed);
        const auto engine = support::make_engine({}, {});
        engine->feed(records);
        const journal::Entries& entries = engine->last_turn();
        const journal::BlockHeader header{.term = 1, .first_sequence = 1, .writer = "corpus"};
        journal::BlockEncoder encoder;
        const std::string number = std::to_string(seed);
        corpus.add("journal", "block_" + number,
                   '\0' + std::string(as_text(encoder.encode(header, entries))));
        journal::Packer packer;
        const Bytes packed = packer.pack(1, entries.entries, entries.postings);
        corpus.add("journal", "packed_" + number,
                   '\1' + bytes_of(static_cast<std::uint16_t>(entries.entries.size())) +
                       bytes_of(static_cast<std::uint16_t>(entries.postings.size())) +
                       bytes_of(std::uint64_t{1}) +
                       std::string(as_text(packed.first(packed.size() - journal::slack_bytes))));
    }
    const journal::BlockHeader claim{
        .kind = wire::BlockKind::claim, .term = 2, .first_sequence = 7};
    journal::BlockEncoder encoder;
    corpus.add("journal", "claim", '\0' + std::string(as_text(encoder.encode(claim, {}))));
    property::Random random(2);
    for (int number = 1; number <= 4; ++number) {
        std::string text(1, '\2');
        for (int i = 0; i < 400; ++i) {
            text += static_cast<char>(random.next());
        }
        corpus.add("journal", "entries_" + std::to_string(number), text);
    }
}

void add_tables(const Corpus& corpus) {
    const std::string map = R"toml(kind = "VoucherRedeemed"
[values]
programme = 7
source = 2
epoch = 1
[columns]
"序号" = "sequence"
"核销单号" = { field = "key", format = "hash" }
"券号" = { field = "body.vouchers", separator = ";" }
"用户" = "body.consumer"
"商户" = "body.merchant"
"核销时间" = { field = "occurred_at", format = "local_time" }
"订单金额(元)" = { field = "body.order_amount_fen", format = "yuan" }
"优惠金额(元)" = { field = "body.subsidy_fen", format = "yuan" }
"平台补贴(元)" = { field = "body.platform_match_fen", format = "yuan", optional = true }
"渠道" = { field = "body.online", words = { "线上" = true, "线下" = false } }
)toml";
    const std::string heading =
        "序号,核销单号,券号,用户,商户,核销时间,订单金额(元),优惠金额(元),平台补贴(元),渠道\n";
    const std::string id(32, 'a');
    const std::string row = "1,no-1," + id + ";" + id + "," + id + "," + id +
                            ",2026-03-01 12:30:00,\"1,234.5\",30,,线上\n";
    corpus.add("csv", "redemptions", piece(map) + heading + row + row);
    corpus.add("csv", "byte_order_mark", piece(map) + "\xef\xbb\xbf" + heading + row);
    corpus.add("csv", "quotes", piece(map) + heading + "\"1\"\"\n\",\"" + id + "\r\n" + row);
    corpus.add("csv", "never_closed", piece(map) + heading + "\"1" + row + row);
    const std::string dates = R"(kind = "SourceDayClosed"
[values]
programme = 1
source = 2
epoch = 1
key = "00000000000000000000000000000001"
"body.totals" = []
[columns]
n = "sequence"
t = { field = "occurred_at", format = "local_time" }
d = { field = "body.day", format = "date" }
)";
    corpus.add("csv", "dates",
               piece(dates) + "n,t,d\n1,2026/3/1 9:05,20260301\n2,2026-02-30 25:00:00,2026/13/1\n");
}

void add_requests(const Corpus& corpus) {
    const auto add = [&corpus](const std::string& name, const std::string& request) {
        corpus.add("http", name, request);
    };
    add("metrics", "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n");
    add("livez", "GET /livez HTTP/1.0\r\n\r\n");
    add("readyz_twice", "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\nGET /readyz HTTP/1.1\r\n\r\n");
    add("head", "HEAD /metrics HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9,20-\r\n\r\n");
    add("range", "GET /metrics HTTP/1.1\r\nHost: a\r\nRange: bytes=5-3,-1\r\n\r\n");
    add("post", "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde");
    add("chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n");
    add("form",
        "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: "
        "70\r\n\r\n"
        "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n1\r\n--x--\r\n");
    add("form_fields",
        "POST /?a=b&%zz HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 9\r\n\r\na=1&b=%41");
    add("expect", "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n");
    add("escapes", "GET /%2e%2e/%00/%u1234/../../etc HTTP/1.1\r\nHost: a\r\n\r\n");
    add(
        "many_headers", "GET / HTTP/1.1\r\n" + [] {
            std::string headers;
            for (int i = 0; i < 120; ++i) {
                headers += "X" + std::to_string(i) + ": y\r\n";
            }
            return headers;
        }() + "\r\n");
    add("no_end", "GET /livez HTTP/1.1\r\nHost: a\r\nX: ");
    add("not_http", std::string("\x16\x03\x01\x02\x00\x01\x00", 7));
}

void add_settings(const Corpus& corpus) {
    const std::string page = content_of("docs/configuration.md");
    const std::size_t first = page.find("```toml\n") + 8;
    const std::string whole = page.substr(first, page.rfind("```") - first);
    corpus.add("settings", "whole_file", piece(whole));
    corpus.add("settings", "environment",
               piece("") +
                   "FISCUS_ENGINE__MEMORY=2GiB\nFISCUS_ENGINE__PARTITIONS=0,1\n"
                   "FISCUS_KAFKA__CLIENT=a=b,c=d\n--http=9464\n--memory=512MiB\n");
    corpus.add("settings", "wrong_names",
               piece("[engin]\nmemory = \"1\"\n") + "FISCUS_ENGINE_MEMORY=1\nFISCUS_A__B=1\n");
    corpus.add("settings", "wrong_values",
               piece("[engine]\nmemory = \"9999999999TiB\"\npartitions = [1, [2], 3.5]\n"));
    corpus.add("settings", "not_toml", piece("[engine\nmemory = 'a\n"));
    corpus.add("settings", "nested", piece("a = " + std::string(300, '[')));
}

void add_bundles(const Corpus& corpus) {
    const auto input_of = [](char depth, const draw::Bundle& bundle) {
        std::string text(1, depth);
        for (std::size_t i = 0; i < draw::bundle_files; ++i) {
            text += piece(bundle[static_cast<draw::BundleFile>(i)]);
        }
        return text;
    };
    property::Random random(3);
    for (char depth = 0; depth < 3; ++depth) {
        const auto batch = draw::make_bundle(support::random_batch(random, 6));
        const auto day = draw::make_bundle(support::random_day(random, 6));
        FISCUS_CHECK(batch.ok() && day.ok(), "random draws are right");
        const std::string number = std::to_string(depth);
        corpus.add("bundle", "batch_" + number, input_of(depth, batch.value()));
        corpus.add("bundle", "day_" + number, input_of(depth, day.value()));
    }
}

std::string record(std::int64_t timestamp_ms, const std::string& key, const std::string& value) {
    const auto padded = [](std::string text) {
        text.resize(log::padded(text.size()));
        return text;
    };
    return bytes_of(timestamp_ms) + bytes_of(static_cast<std::int32_t>(key.size())) +
           bytes_of(static_cast<std::int32_t>(value.size())) + padded(key) + padded(value);
}

void add_segments(const Corpus& corpus) {
    const std::string two = record(1'760'000'000'000, "17", "value") + record(0, "", "");
    const std::string null = bytes_of(std::int64_t{1}) + bytes_of(-1) + bytes_of(-1);
    const auto frame = [](char count, const std::string& records) {
        return std::string(1, count) + piece(records);
    };
    corpus.add("segment", "two_frames", '\1' + frame(2, two) + frame(1, null));
    corpus.add("segment", "wrong_count", '\1' + frame(2, two) + frame(3, two));
    corpus.add("segment", "leads_outside",
               '\1' + frame(1, bytes_of(std::int64_t{1}) + bytes_of(INT32_MAX) + bytes_of(8)));
    corpus.add("segment", "early_stamp", '\1' + frame(1, record(INT64_MIN, "1", "a")));
    std::string sealed(log::frame_header_bytes, '\0');
    sealed += two;
    log::seal_frame(std::as_writable_bytes(std::span(sealed.data(), sealed.size())), 2, 0, 0);
    corpus.add("segment", "foreign_frame", '\0' + frame(0, sealed));
    corpus.add("segment", "torn", '\0' + frame(0, sealed.substr(0, 30)));
}

void make(const fs::path& directory) {
    const Corpus corpus(directory);
    add_events(corpus);
    add_histories(corpus);
    add_blocks(corpus);
    add_tables(corpus);
    add_requests(corpus);
    add_settings(corpus);
    add_bundles(corpus);
    add_segments(corpus);
}

}  // namespace
}  // namespace fiscus::fuzz

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "make_corpus DIR, in the repository's root\n");
        return 2;
    }
    fiscus::fuzz::make(argv[1]);
    return 0;
}

// Golden bytes: what a record of each kind looks like, for ever. Method: for every kind of the
// union build the event from its JSON and compare byte for byte, decode the bytes and compare the
// JSON, and compare record key and content hash with the table beside them. A kind without golden
// files fails. With FISCUS_GOLDEN_WRITE set, files that are missing are written; existing ones
// never change.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/app/convert/event_json.h"
#include "engine/decode/decode.h"

namespace fiscus {
namespace {

std::filesystem::path golden_dir() {
    const char* source = std::getenv("FISCUS_SOURCE_DIR");
    return std::filesystem::path(source == nullptr ? "." : source) / "schemas" / "golden" / "v1";
}

bool may_write() { return std::getenv("FISCUS_GOLDEN_WRITE") != nullptr; }

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_if_missing(const std::filesystem::path& path, std::string_view content) {
    if (may_write() && !std::filesystem::exists(path)) {
        std::ofstream(path, std::ios::binary) << content;
    }
}

std::string hexadecimal(std::uint64_t number) {
    std::ostringstream text;
    text << std::hex;
    text.width(16);
    text.fill('0');
    text << number;
    return text.str();
}

// One line of table.tsv: kind, record key, bytes of the value, content hash.
std::string facts_of(const std::string& kind, const convert::BuiltEvent& event) {
    const auto hash = convert::content_hash_of(event.value);
    return kind + "\t" + event.key + "\t" + std::to_string(event.value.size()) + "\t" +
           (hash.ok() ? hexadecimal(hash.value()) : hash.error().text());
}

std::map<std::string, std::string> read_facts() {
    std::map<std::string, std::string> facts;
    std::istringstream table(read_file(golden_dir() / "table.tsv"));
    for (std::string line; std::getline(table, line);) {
        facts[line.substr(0, line.find('\t'))] = line;
    }
    return facts;
}

bool is_default(const nlohmann::ordered_json& value) {
    return value == 0 || value == false || value == "" || value.is_null() || value == "none" ||
           (value.is_array() && value.empty());
}

class Golden : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] std::string json() const {
        std::string text = read_file(golden_dir() / (GetParam() + ".json"));
        EXPECT_FALSE(text.empty()) << "write schemas/golden/v1/" << GetParam()
                                   << ".json, then run golden_test with FISCUS_GOLDEN_WRITE=1";
        if (!text.empty() && text.back() == '\n') {
            text.pop_back();
        }
        return text;
    }
};

TEST_P(Golden, IsBuiltByteForByteFromItsJson) {
    const auto event = convert::event_from_json(json());
    ASSERT_TRUE(event.ok()) << event.error().text();
    const std::string built(as_text(event.value().value));
    write_if_missing(golden_dir() / (GetParam() + ".bin"), built);
    EXPECT_EQ(built, read_file(golden_dir() / (GetParam() + ".bin")));
    EXPECT_EQ(event.value().kind, GetParam());
}

TEST_P(Golden, DecodesToItsJson) {
    const std::string bytes = read_file(golden_dir() / (GetParam() + ".bin"));
    const auto text = convert::event_to_json(as_byte_span(bytes));
    ASSERT_TRUE(text.ok()) << text.error().text();
    // A field that came later is at its default in bytes that do not know it.
    auto decoded = nlohmann::ordered_json::parse(text.value());
    const auto frozen = nlohmann::ordered_json::parse(json());
    auto& body = decoded["body"];
    for (auto field = body.begin(); field != body.end();) {
        const bool later = !frozen["body"].contains(field.key());
        field = later && is_default(*field) ? body.erase(field) : std::next(field);
    }
    EXPECT_EQ(decoded.dump(), json());
}

TEST_P(Golden, HasTheKeyAndTheContentHashOfTheTable) {
    const auto event = convert::event_from_json(json());
    ASSERT_TRUE(event.ok()) << event.error().text();
    auto facts = read_facts();
    if (may_write() && facts.find(GetParam()) == facts.end()) {
        std::ofstream(golden_dir() / "table.tsv", std::ios::app)
            << facts_of(GetParam(), event.value()) << '\n';
        facts = read_facts();
    }
    const auto found = facts.find(GetParam());
    ASSERT_NE(found, facts.end()) << "add to table.tsv: " << facts_of(GetParam(), event.value());
    EXPECT_EQ(found->second, facts_of(GetParam(), event.value()));
}

TEST_P(Golden, PassesTheEnginesOwnDecoder) {
    const std::string bytes = read_file(golden_dir() / (GetParam() + ".bin"));
    decode::Decoder decoder(decode::Shard{});
    const log::Record record{
        .offset = 0, .timestamp_us = 0, .key = as_byte_span("7"), .value = as_byte_span(bytes)};
    const decode::DecodedEvent decoded = decoder.decode(record);
    EXPECT_EQ(decoded.reason, wire::Reason::none) << wire::EnumNameReason(decoded.reason);
    EXPECT_EQ(wire::EnumNameEventBody(decoded.kind), GetParam());
    const auto hash = convert::content_hash_of(as_byte_span(bytes));
    ASSERT_TRUE(hash.ok());
    EXPECT_EQ(decoded.content, hash.value());
}

INSTANTIATE_TEST_SUITE_P(EveryKind,
                         Golden,
                         ::testing::ValuesIn(convert::event_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST(GoldenFiles, AreThereForEveryKindAndForNothingElse) {
    std::set<std::string> expected{"table.tsv"};
    for (const std::string& kind : convert::event_kinds()) {
        expected.insert(kind + ".json");
        expected.insert(kind + ".bin");
    }
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(golden_dir())) {
        // Folders hold what other tests compare with.
        if (entry.is_regular_file() && entry.path().extension() != ".fbs") {
            found.insert(entry.path().filename().string());
        }
    }
    EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace fiscus

// The batch draw of docs/formats/draw-bundle.md once more: hashes, the tree over lines, the list of
// tickets, the order of chance and the lines of the result. Hashes are strings of 32 bytes.
// Thread: any. Fails: never; aborts when OpenSSL does not know SHA-256 or SM3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/reference/answer.h"

namespace fiscus::reference {

enum class HashKind : std::uint8_t { sha256, sm3 };

// hash-rank-v1, hash-rank-v1-sm3; nothing for any other word.
std::optional<HashKind> algorithm_of(const std::string& name);

// H and HMAC of the page.
std::string hash_of(HashKind kind, const std::string& bytes);
std::string keyed_hash_of(HashKind kind, const std::string& key, const std::string& bytes);
// Root of the tree of RFC 6962 over lines without their line ends.
std::string root_of(HashKind kind, const std::vector<std::string>& lines);

struct PrizeTier {
    std::uint32_t count = 0;
    std::int64_t amount_fen = 0;
};

struct DrawRules {
    HashKind kind = HashKind::sha256;
    std::uint32_t programme = 0;
    std::uint32_t batch = 0;
    std::vector<PrizeTier> tiers;  // 1, 2, 3 …
    std::uint32_t reserves = 0;
    std::string commitment;
};

// What was opened after the sealing.
struct Entropy {
    std::string secret;
    std::string digits;
    std::string public_value;
};

struct Ticket {
    Id invoice;
    Id consumer;
};

// One place of the result.
struct Drawn {
    Ticket ticket;
    std::uint16_t tier = 0;  // 0: a reserve
    std::int64_t amount_fen = 0;
    std::string score;
};

std::string commitment_of(HashKind kind,
                          std::uint32_t programme,
                          std::uint32_t batch,
                          const std::string& secret);
// Lines of list.txt; the tickets stand in ascending order.
std::vector<std::string> list_lines(const std::vector<Ticket>& tickets);
std::vector<Drawn> draw(const DrawRules& rules,
                        const std::vector<Ticket>& tickets,
                        const Entropy& entropy);
// Lines of result.txt.
std::vector<std::string> result_lines(const std::vector<Drawn>& places);

// What a page may have as text, and as ASCII of at most 1,024 bytes.
bool page_text(const std::string& text);
bool page_ascii(const std::string& text);

// `bytes` big-endian bytes of a number; the 16 bytes of an id; text(t) of the page.
std::string big_endian(std::uint64_t number, int bytes);
std::string bytes_of(const Id& id);
std::string counted(const std::string& text);
std::string hex_of(const std::string& bytes);

}  // namespace fiscus::reference

#include "tests/reference/draw.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace fiscus::reference {
namespace {

const EVP_MD* method_of(HashKind kind) {
    return kind == HashKind::sha256 ? EVP_sha256() : EVP_sm3();
}

const unsigned char* start_of_bytes(const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Of the lines first … end − 1.
std::string root_between(HashKind kind,
                         const std::vector<std::string>& lines,
                         std::size_t first,
                         std::size_t end) {
    const std::size_t count = end - first;
    if (count == 0) {
        return hash_of(kind, "");
    }
    if (count == 1) {
        return hash_of(kind, std::string(1, '\0') + lines[first]);
    }
    std::size_t left = 1;
    while (left * 2 < count) {
        left *= 2;
    }
    return hash_of(kind, std::string(1, '\1') + root_between(kind, lines, first, first + left) +
                             root_between(kind, lines, first + left, end));
}

// The code point that `text` begins with, and how many bytes it takes; 0 bytes: it is no UTF-8.
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t bytes = 0;
};

CodePoint first_code_point(std::string_view text) {
    const auto byte = [text](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) {
        return {.value = lead, .bytes = 1};
    }
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc0 || lead > 0xf7 || bytes > text.size()) {
        return {};
    }
    std::uint32_t value = lead & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) {
            return {};
        }
        value = value << 6U | (byte(i) & 0x3fU);
    }
    const std::uint32_t least = bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000;
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < least || value > 0x10ffff || surrogate) {
        return {};
    }
    return {.value = value, .bytes = bytes};
}

bool stands_plainly(std::uint32_t value) {
    return value >= 0x20 && value != 0x7f && value != '"' && value != '\\' && value != 0x2028 &&
           value != 0x2029;
}

}  // namespace

std::optional<HashKind> algorithm_of(const std::string& name) {
    if (name == "hash-rank-v1") {
        return HashKind::sha256;
    }
    if (name == "hash-rank-v1-sm3") {
        return HashKind::sm3;
    }
    return std::nullopt;
}

std::string hash_of(HashKind kind, const std::string& bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, method_of(kind), nullptr) != 1) {
        std::abort();
    }
    return {digest, digest + size};
}

std::string keyed_hash_of(HashKind kind, const std::string& key, const std::string& bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (HMAC(method_of(kind), key.data(), static_cast<int>(key.size()), start_of_bytes(bytes),
             bytes.size(), digest, &size) == nullptr) {
        std::abort();
    }
    return {digest, digest + size};
}

std::string root_of(HashKind kind, const std::vector<std::string>& lines) {
    return root_between(kind, lines, 0, lines.size());
}

std::string commitment_of(HashKind kind,
                          std::uint32_t programme,
                          std::uint32_t batch,
                          const std::string& secret) {
    return hash_of(kind, "commit-v1" + big_endian(programme, 4) + big_endian(batch, 4) + secret);
}

std::vector<std::string> list_lines(const std::vector<Ticket>& tickets) {
    std::vector<std::string> lines;
    for (const Ticket& ticket : tickets) {
        lines.push_back(text(ticket.invoice) + " " + text(ticket.consumer));
    }
    return lines;
}

std::vector<Drawn> draw(const DrawRules& rules,
                        const std::vector<Ticket>& tickets,
                        const Entropy& entropy) {
    const std::string seed =
        keyed_hash_of(rules.kind, entropy.secret,
                      "draw-v1" + big_endian(rules.programme, 4) + big_endian(rules.batch, 4) +
                          root_of(rules.kind, list_lines(tickets)) + big_endian(tickets.size(), 8) +
                          counted(entropy.digits) + counted(entropy.public_value));
    std::vector<Drawn> order;
    for (const Ticket& ticket : tickets) {
        order.push_back(
            {.ticket = ticket, .score = keyed_hash_of(rules.kind, seed, bytes_of(ticket.invoice))});
    }
    std::sort(order.begin(), order.end(), [](const Drawn& a, const Drawn& b) {
        return a.score != b.score ? a.score < b.score : a.ticket.invoice < b.ticket.invoice;
    });
    // The first ticket of each consumer has the place.
    std::vector<Drawn> people;
    std::set<Id> seen;
    for (const Drawn& drawn : order) {
        if (seen.insert(drawn.ticket.consumer).second) {
            people.push_back(drawn);
        }
    }
    std::vector<Drawn> places;
    const auto give = [&people, &places](std::uint64_t count, std::uint16_t tier,
                                         std::int64_t amount_fen) {
        for (; count > 0 && places.size() < people.size(); --count) {
            Drawn place = people[places.size()];
            place.tier = tier;
            place.amount_fen = amount_fen;
            places.push_back(place);
        }
    };
    std::uint16_t number = 0;
    for (const PrizeTier& tier : rules.tiers) {
        give(tier.count, ++number, tier.amount_fen);
    }
    give(rules.reserves, 0, 0);
    return places;
}

std::vector<std::string> result_lines(const std::vector<Drawn>& places) {
    std::vector<std::string> lines;
    for (const Drawn& place : places) {
        const std::string tier = place.tier == 0 ? "reserve" : std::to_string(place.tier);
        lines.push_back(std::to_string(lines.size() + 1) + " " + tier + " " +
                        std::to_string(place.amount_fen) + " " + text(place.ticket.invoice) + " " +
                        text(place.ticket.consumer) + " " + hex_of(place.score));
    }
    return lines;
}

bool page_text(const std::string& text) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const CodePoint point = first_code_point(rest);
        if (point.bytes == 0 || !stands_plainly(point.value)) {
            return false;
        }
        rest.remove_prefix(point.bytes);
    }
    return !text.empty();
}

bool page_ascii(const std::string& text) {
    return !text.empty() && text.size() <= 1'024 &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\'; });
}

std::string big_endian(std::uint64_t number, int bytes) {
    std::string text;
    for (int left = bytes; left > 0; --left) {
        text += static_cast<char>(number >> 8U * static_cast<unsigned>(left - 1) & 0xffU);
    }
    return text;
}

std::string bytes_of(const Id& id) { return big_endian(id.hi, 8) + big_endian(id.lo, 8); }

std::string counted(const std::string& text) { return big_endian(text.size(), 2) + text; }

std::string hex_of(const std::string& bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 0xfU];
    }
    return text;
}

}  // namespace fiscus::reference

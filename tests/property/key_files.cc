#include "tests/property/key_files.h"

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/secrets/secret_file.h"
#include "tests/support/day_keys.h"
#include "tests/support/source_keys.h"

namespace fiscus::property {
namespace {

// Of a world: any of these.
constexpr std::uint32_t programme_max = 200;

std::string to_hex_text(const std::string& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4U];
        text += digits[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

void write_key(const std::filesystem::path& path, const std::string& key) {
    std::ofstream(path) << to_hex_text(key) << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
}

}  // namespace

void write_key_files(const std::filesystem::path& folder, const reference::Ledger& oracle) {
    for (std::uint32_t number = 1; number <= programme_max; ++number) {
        const reference::Programme* programme = oracle.programme(number);
        if (programme == nullptr) {
            continue;
        }
        for (const reference::InstantDraw& draw : programme->instant_draws) {
            write_key(folder / ("draw-" + std::to_string(number) + "-" +
                                date_text(draw.rules.first_day) + ".key"),
                      support::last_key_of(draw.rules.chain_head).value_or(""));
        }
        for (const auto& [source, record] : programme->sources) {
            for (const auto& [key, committed] : record.keys) {
                write_key(folder / secrets::source_key_file_name(ProgrammeId(number),
                                                                 SourceId(source), key),
                          support::secret_of_commitment(committed.commitment).value_or(""));
            }
        }
    }
}

}  // namespace fiscus::property

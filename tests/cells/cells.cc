#include "tests/cells/cells.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace fiscus::cells {
namespace {

constexpr std::uint64_t rare_below = 5;
// Reasons of the form, and of source, number and key (schemas/reasons.fbs).
constexpr unsigned form_first = 20;
constexpr unsigned source_first = 30;
constexpr unsigned ladder_first = 50;

}  // namespace

void Tally::count(const reference::Situation& situation, const reference::Answer& answer) {
    const std::string name = reference::answer_name(answer);
    if (answer.outcome == wire::Outcome::quarantined) {
        ++cells_[{"record", "bytes", name}];
        return;
    }
    const std::string kind = wire::EnumNameEventBody(answer.kind);
    const auto reason = static_cast<unsigned>(answer.reason);
    if (answer.outcome == wire::Outcome::duplicate) {
        ++cells_[{kind, std::string(situation.source), name}];
        // These two say so for a reason of their own as well.
        if (situation.state == "registered" || situation.state == "asked") {
            ++cells_[{kind, situation.state, name}];
        }
    } else if (reason >= form_first && reason < source_first &&
               answer.reason != wire::Reason::signature_key_revoked &&
               answer.reason != wire::Reason::signature_differs) {
        ++cells_[{kind, "form", name}];
    } else if (reason < ladder_first && answer.reason != wire::Reason::none &&
               answer.reason != wire::Reason::programme_exists) {
        ++cells_[{kind, std::string(situation.source), name}];
    } else {
        ++cells_[{kind, situation.state, name}];
    }
}

void Tally::add(const Tally& more) {
    for (const auto& [cell, count] : more.cells_) {
        cells_[cell] += count;
    }
}

std::filesystem::path ladders_path() {
    const char* folder = std::getenv("FISCUS_SOURCE_DIR");
    return std::filesystem::path(folder == nullptr ? "." : folder) / "tests" / "cells" /
           "ladders.txt";
}

Coverage compare(const Table& table, const Tally& tally) {
    Coverage coverage;
    for (const Cell& cell : table.possible) {
        const auto met = tally.cells().find(cell);
        if (met != tally.cells().end()) {
            ++coverage.covered;
            coverage.rare += std::uint64_t{met->second < rare_below};
        } else if (table.elsewhere.count(cell) == 0) {
            coverage.uncovered.insert(cell);
        }
    }
    for (const auto& [cell, count] : tally.cells()) {
        if (table.possible.count(cell) == 0) {
            coverage.impossible.insert(cell);
        }
    }
    return coverage;
}

std::string text_of(const Table& table, const Tally& tally) {
    const Coverage coverage = compare(table, tally);
    std::map<std::string, std::array<std::uint64_t, 3>> kinds;
    for (const Cell& cell : table.possible) {
        const auto met = tally.cells().find(cell);
        auto& [possible, covered, events] = kinds[cell.kind];
        ++possible;
        covered += std::uint64_t{met != tally.cells().end()};
        events += met == tally.cells().end() ? 0 : met->second;
    }
    std::string text = "kind                     cells  covered      events\n";
    for (const auto& [kind, counts] : kinds) {
        std::array<char, 96> line{};
        std::snprintf(line.data(), line.size(), "%-22s %7llu %8llu %11llu\n", kind.c_str(),
                      static_cast<unsigned long long>(counts[0]),
                      static_cast<unsigned long long>(counts[1]),
                      static_cast<unsigned long long>(counts[2]));
        text += line.data();
    }
    text += std::to_string(coverage.covered) + " of " + std::to_string(table.possible.size()) +
            " cells covered (event × state × answer), " + std::to_string(coverage.rare) +
            " of them fewer than " + std::to_string(rare_below) + " times\n";
    for (const Cell& cell : coverage.uncovered) {
        text += "uncovered: " + cell.text() + '\n';
    }
    for (const Cell& cell : coverage.impossible) {
        text += "impossible, but met: " + cell.text() + '\n';
    }
    return text;
}

std::string json_of(const Table& table, const Tally& tally) {
    const Coverage coverage = compare(table, tally);
    nlohmann::ordered_json json;
    json["possible"] = table.possible.size();
    json["covered"] = coverage.covered;
    json["elsewhere"] = table.elsewhere.size();
    json["uncovered"] = nlohmann::ordered_json::array();
    for (const Cell& cell : coverage.uncovered) {
        json["uncovered"].push_back(cell.text());
    }
    json["impossible"] = nlohmann::ordered_json::array();
    for (const Cell& cell : coverage.impossible) {
        json["impossible"].push_back(cell.text());
    }
    json["cells"] = nlohmann::ordered_json::array();
    for (const Cell& cell : table.possible) {
        const auto met = tally.cells().find(cell);
        json["cells"].push_back({{"kind", cell.kind},
                                 {"state", cell.state},
                                 {"answer", cell.answer},
                                 {"count", met == tally.cells().end() ? 0 : met->second}});
    }
    return json.dump(1) + '\n';
}

}  // namespace fiscus::cells

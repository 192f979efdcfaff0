// The table of event × state × answer: which cells there are, by the ladders of ladders.txt, and
// which were met. A cell is one kind of event about something in one state with one answer.
// Thread: values. Fails: std::runtime_error for ladders that say nonsense.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "tests/reference/situation.h"

namespace fiscus::cells {

struct Cell {
    std::string kind;
    std::string state;
    std::string answer;
    friend auto operator<=>(const Cell&, const Cell&) = default;
    [[nodiscard]] std::string text() const { return kind + " × " + state + " × " + answer; }
};

// How often each cell was met.
class Tally {
public:
    void count(const reference::Situation& situation, const reference::Answer& answer);
    void add(const Tally& more);
    [[nodiscard]] const std::map<Cell, std::uint64_t>& cells() const { return cells_; }

private:
    std::map<Cell, std::uint64_t> cells_;
};

struct Table {
    std::set<Cell> possible;
    std::set<Cell> elsewhere;  // possible, and the business of another test
};

Table read_ladders(const std::filesystem::path& file);
// tests/cells/ladders.txt of FISCUS_SOURCE_DIR, or of the present folder.
std::filesystem::path ladders_path();

struct Coverage {
    std::set<Cell> uncovered;
    std::set<Cell> impossible;  // met, though no ladder has it
    std::uint64_t covered = 0;
    std::uint64_t rare = 0;  // met fewer than five times
};

Coverage compare(const Table& table, const Tally& tally);

// One line for each kind, then what is uncovered and what should be impossible.
std::string text_of(const Table& table, const Tally& tally);
// For reports: {"possible": …, "covered": …, "cells": [{"kind": …}, …], "uncovered": […]}.
std::string json_of(const Table& table, const Tally& tally);

}  // namespace fiscus::cells

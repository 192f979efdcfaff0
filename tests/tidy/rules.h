// The house rules that need one file at a time, and those that need the whole repository. Each
// rule is one function. What it forbids, and what to do instead, stands in the message that it
// reports; fixtures/ holds one file for each rule that must be reported.
// Thread: any.
#pragma once

#include <string_view>
#include <vector>

#include "tests/tidy/source.h"
#include "tests/tidy/tables.h"

namespace fiscus::tidy {

// Limits of the house, in lines and columns.
inline constexpr std::size_t file_lines_max = 700;
inline constexpr std::size_t function_lines_max = 70;
inline constexpr std::size_t line_columns_max = 100;
inline constexpr std::size_t quoting_columns_max = 120;
inline constexpr std::size_t header_comment_lines_max = 20;
inline constexpr std::size_t architecture_lines_max = 250;
inline constexpr std::size_t decision_lines_max = 80;

// Everything that can be said of one file on its own.
Findings check_file(const Source& source, const Tables& tables);
// Everything that needs several files: registration in CMake, tables in READMEs, links, CHANGELOG.
Findings check_repository(const std::vector<Source>& sources);

// The parts, for the rules' own tests.
void check_lengths(const Source& source, Findings& findings);
void check_columns(const Source& source, Findings& findings);
void check_whitespace(const Source& source, Findings& findings);
void check_functions(const Source& source, Findings& findings);
void check_header(const Source& source, Findings& findings);
void check_comments(const Source& source, Findings& findings);
void check_words(const Source& source, const Tables& tables, Findings& findings);
// `header`: the file's own header, whose members it may walk; nullptr if it has none.
void check_hash_order(const Source& source, const Source* header, Findings& findings);
void check_layers(const Source& source, const Tables& tables, Findings& findings);
void check_registration(const std::vector<Source>& sources, Findings& findings);
void check_readme_tables(const std::vector<Source>& sources, Findings& findings);
void check_links(const std::vector<Source>& sources, Findings& findings);
void check_documents(const std::vector<Source>& sources, Findings& findings);

}  // namespace fiscus::tidy

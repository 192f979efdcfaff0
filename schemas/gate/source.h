// A schema read for comparison: flatc's parser, its binary form, and what neither keeps, which is
// the order in which the lines of an enumeration stand in the file. Thread: values. Fails:
// `trouble` says why the schema cannot be read.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <flatbuffers/idl.h>
#include <flatbuffers/reflection_generated.h>

namespace fiscus::schema_gate {

struct Source {
    std::unique_ptr<flatbuffers::Parser> parser;
    const reflection::Schema* schema = nullptr;  // in the parser's builder
    // Full name of an enumeration → its words, from the first line to the last.
    std::map<std::string, std::vector<std::string>> order;
    std::string trouble;
};

Source read_source(const std::string& path);

// The enumerations of one file's text.
std::map<std::string, std::vector<std::string>> enumeration_order(std::string_view text);

}  // namespace fiscus::schema_gate

#include "schemas/gate/source.h"

#include <cctype>
#include <optional>

#include <flatbuffers/util.h>

namespace fiscus::schema_gate {
namespace {

std::optional<std::string> text_of_file(const std::string& path) {
    std::string text;
    return flatbuffers::LoadFile(path.c_str(), false, &text) ? std::optional(text) : std::nullopt;
}

// Words, numbers and marks of a schema, without comments and strings.
std::vector<std::string> tokens_of(std::string_view text) {
    std::vector<std::string> tokens;
    std::size_t i = 0;
    const auto word = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
    };
    while (i < text.size()) {
        if (text.substr(i, 2) == "//") {
            i = std::min(text.find('\n', i), text.size());
        } else if (text.substr(i, 2) == "/*") {
            i = std::min(text.find("*/", i + 2), text.size() - 2) + 2;
        } else if (text[i] == '"') {
            i = std::min(text.find('"', i + 1), text.size() - 1) + 1;
        } else if (word(text[i])) {
            std::size_t end = i;
            while (end < text.size() && word(text[end])) {
                ++end;
            }
            tokens.emplace_back(text.substr(i, end - i));
            i = end;
        } else {
            if (std::isspace(static_cast<unsigned char>(text[i])) == 0) {
                tokens.emplace_back(1, text[i]);
            }
            ++i;
        }
    }
    return tokens;
}

}  // namespace

std::map<std::string, std::vector<std::string>> enumeration_order(std::string_view text) {
    std::map<std::string, std::vector<std::string>> order;
    const std::vector<std::string> tokens = tokens_of(text);
    std::string space;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i] == "namespace") {
            space = tokens[i + 1] == ";" ? "" : tokens[i + 1] + ".";
        }
        if (tokens[i] != "enum") {
            continue;
        }
        std::vector<std::string>& words = order[space + tokens[i + 1]];
        while (i < tokens.size() && tokens[i] != "{") {
            ++i;
        }
        // A word is an enumerator when it stands at the beginning or after a comma.
        for (bool first = true; ++i < tokens.size() && tokens[i] != "}";) {
            if (first && tokens[i] != ",") {
                words.push_back(tokens[i]);
            }
            first = tokens[i] == ",";
        }
    }
    return order;
}

Source read_source(const std::string& path) {
    Source source;
    const auto text = text_of_file(path);
    if (!text) {
        source.trouble = path + " cannot be read";
        return source;
    }
    source.parser = std::make_unique<flatbuffers::Parser>();
    const std::string folder = flatbuffers::StripFileName(path);
    const char* folders[] = {folder.c_str(), nullptr};
    if (!source.parser->Parse(text->c_str(), folders, path.c_str())) {
        source.trouble = path + ": " + source.parser->error_;
        return source;
    }
    source.order = enumeration_order(*text);
    for (const std::string& included : source.parser->GetIncludedFilesRecursive(path)) {
        if (const auto included_text = text_of_file(included)) {
            source.order.merge(enumeration_order(*included_text));
        }
    }
    source.parser->Serialize();
    source.schema = reflection::GetSchema(source.parser->builder_.GetBufferPointer());
    return source;
}

}  // namespace fiscus::schema_gate

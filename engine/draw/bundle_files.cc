#include "engine/draw/bundle_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "engine/draw/limits.h"

namespace fiscus::draw {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, bundle_files> names = {
    "README.md",   "SHA256SUMS", "entropy.json", "list.txt",   "receipts.txt",
    "result.json", "result.txt", "rules.json",   "sealed.json"};

// So much of a line is shown: receipts are long.
constexpr std::size_t shown_bytes_max = 160;

Error unreadable(const fs::path& path, const std::error_code& reason) {
    return {ErrorCode::io, fmt::format("cannot read {}", path.string()), reason.message(), ""};
}

Error not_the_nine(std::string why) {
    return {ErrorCode::diverged, "the directory does not hold the nine files of a bundle",
            std::move(why), "docs/formats/draw-bundle.md names them."};
}

Result<std::set<std::string>> names_in(const fs::path& directory) {
    std::error_code error;
    if (!fs::is_directory(directory, error)) {
        return Error{ErrorCode::not_found, fmt::format("no bundle in {}", directory.string()),
                     "it is no directory", "Name the directory that was published."};
    }
    fs::directory_iterator walk(directory, error);
    std::set<std::string> found;
    for (; !error && walk != fs::directory_iterator(); walk.increment(error)) {
        found.insert(walk->path().filename().string());
        if (found.size() > bundle_files) {
            break;
        }
    }
    if (error) {
        return unreadable(directory, error);
    }
    return found;
}

Result<std::string> read_file(const fs::path& path, BundleFile file) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        return not_the_nine(fmt::format("{} is no file", file_name(file)));
    }
    std::ifstream stream(path, std::ios::binary);
    std::string text;
    std::array<char, 1U << 16U> piece{};
    while (stream.read(piece.data(), piece.size()), stream.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > file_bytes_max(file)) {
            return file_too_large(file);
        }
    }
    if (!stream.eof()) {
        return unreadable(path, std::make_error_code(std::errc::io_error));
    }
    return text;
}

std::string shown(std::string_view line) {
    return line.size() <= shown_bytes_max ? std::string(line)
                                          : std::string(line.substr(0, shown_bytes_max)) + "…";
}

}  // namespace

std::string_view file_name(BundleFile file) { return names[static_cast<std::size_t>(file)]; }

std::size_t file_bytes_max(BundleFile file) {
    return file_name(file).ends_with(".txt") ? lines_bytes_max : page_bytes_max;
}

std::string manifest_of(const Bundle& bundle) {
    std::string text;
    for (std::size_t i = 0; i < bundle_files; ++i) {
        const auto file = static_cast<BundleFile>(i);
        if (file != BundleFile::manifest) {
            text += fmt::format("{}  {}\n", to_hex(sha256(as_byte_span(bundle[file]))),
                                file_name(file));
        }
    }
    return text;
}

Error file_too_large(BundleFile file) {
    return {ErrorCode::diverged, fmt::format("{} is too large", file_name(file)),
            fmt::format("a bundle's has at most {} bytes", file_bytes_max(file)),
            "This is no bundle that fiscus made."};
}

Result<Bundle> read_bundle(const fs::path& directory) {
    FISCUS_ASSIGN(const auto found, names_in(directory));
    for (const std::string_view name : names) {
        if (!found.contains(std::string(name))) {
            return not_the_nine(fmt::format("{} is missing", name));
        }
    }
    for (const std::string& name : found) {
        if (std::ranges::find(names, name) == names.end()) {
            return not_the_nine(fmt::format("{} is none of them", name));
        }
    }
    Bundle bundle;
    for (std::size_t i = 0; i < bundle_files; ++i) {
        const auto file = static_cast<BundleFile>(i);
        FISCUS_ASSIGN(bundle[file], read_file(directory / file_name(file), file));
    }
    return bundle;
}

Status write_bundle(const fs::path& directory, const Bundle& bundle) {
    std::error_code error;
    if (fs::exists(directory, error)) {
        return Error{ErrorCode::usage, fmt::format("{} is there already", directory.string()),
                     "a published bundle is never written over", "Name a new directory."};
    }
    const fs::path part = directory.string() + ".part";
    const auto failed = [&part](const fs::path& path, const std::error_code& reason) {
        return Error{ErrorCode::io, fmt::format("cannot write {}", path.string()), reason.message(),
                     fmt::format("Remove {} and try again.", part.string())};
    };
    if (!fs::create_directory(part, error)) {
        return failed(part, error ? error : std::make_error_code(std::errc::file_exists));
    }
    for (std::size_t i = 0; i < bundle_files; ++i) {
        const auto file = static_cast<BundleFile>(i);
        const fs::path path = part / file_name(file);
        std::ofstream stream(path, std::ios::binary);
        stream << bundle[file];
        stream.close();
        if (!stream) {
            return failed(path, std::make_error_code(std::errc::io_error));
        }
    }
    fs::rename(part, directory, error);
    if (error) {
        return failed(directory, error);
    }
    return Done{};
}

std::optional<std::string> first_difference(std::string_view text, std::string_view expected) {
    if (text == expected) {
        return std::nullopt;
    }
    for (std::size_t line = 1;; ++line) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::size_t expected_end = std::min(expected.find('\n'), expected.size());
        const std::string_view here = text.substr(0, end);
        const std::string_view there = expected.substr(0, expected_end);
        if (here != there || text.empty() || expected.empty() || end == text.size() ||
            expected_end == expected.size()) {
            return fmt::format("line {} is `{}`, expected `{}`", line, shown(here), shown(there));
        }
        text.remove_prefix(end + 1);
        expected.remove_prefix(expected_end + 1);
    }
}

}  // namespace fiscus::draw

// Files as the local log needs them: an owned descriptor and whole reads, whole writes and syncs
// that come back as a Result naming the path. Nothing is retried but an interrupted call: after a
// failed sync the kernel may have dropped the data, so a second success would prove nothing.
// Thread: any, one at a time for each descriptor. Fails: io with the path and the system's reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace fiscus::log {

class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int number) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();

    [[nodiscard]] bool open() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

private:
    int release();

    int number_ = -1;
};

// "cannot <verb> <path>", with the text of errno as the reason.
Error system_error(std::string_view verb, const std::filesystem::path& path, int error_number);

// `flags` as open(2) takes them; close-on-exec is added, new files get mode 0644.
Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags);
// As open_file for reading, but nothing when there is no such file.
Result<std::optional<FileDescriptor>> open_existing(const std::filesystem::path& path);

Result<std::uint64_t> file_size(const FileDescriptor& file, const std::filesystem::path& path);
// Whether the path still names the file that is open.
Result<bool> names(const std::filesystem::path& path, const FileDescriptor& file);
// Reads until `into` is full or the file ends; the value is the count of bytes read.
Result<std::size_t> read_at(const FileDescriptor& file,
                            std::span<std::byte> into,
                            std::uint64_t position,
                            const std::filesystem::path& path);
Status write_at(const FileDescriptor& file,
                Bytes bytes,
                std::uint64_t position,
                const std::filesystem::path& path);
Status cut_file(const FileDescriptor& file, std::uint64_t size, const std::filesystem::path& path);
Status sync_file(const FileDescriptor& file, const std::filesystem::path& path);
Status sync_directory(const std::filesystem::path& path);

// The whole file as text, nothing when there is no such file; at most `bytes_max`.
Result<std::optional<std::string>> read_text(const std::filesystem::path& path,
                                             std::size_t bytes_max);
// Writes and syncs a new file; an existing one is an error.
Status write_new_file(const std::filesystem::path& path, Bytes bytes);
// Gives the file at `draft` the name `path`, at once and only if nothing has that name; the draft
// is gone afterwards. False when the name was taken.
Result<bool> link_draft(const std::filesystem::path& draft, const std::filesystem::path& path);
// Makes a directory and the missing ones above it, whose names are on the disk then; existing ones
// are fine.
Status make_directories(const std::filesystem::path& path);

}  // namespace fiscus::log

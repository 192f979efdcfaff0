#include "engine/log/local_notes.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "engine/log/file.h"

namespace fiscus::log {
namespace {

// The position stands before the text.
constexpr std::size_t file_bytes_max = note_bytes_max + 24;

std::filesystem::path note_path(const std::filesystem::path& partition, std::string_view name) {
    return partition / ("note-" + std::string(name));
}

}  // namespace

Status write_note(const std::filesystem::path& partition, std::string_view name, const Note& note) {
    const std::filesystem::path path = note_path(partition, name);
    // Of this process and thread alone: whoever comes last wins, and nobody reads a half.
    const std::filesystem::path draft =
        path.string() + ".draft-" + std::to_string(::getpid()) + "-" + std::to_string(::gettid());
    const std::string text = std::to_string(note.position) + " " + note.text;
    {
        FISCUS_ASSIGN(const FileDescriptor file, open_file(draft, O_WRONLY | O_CREAT | O_TRUNC));
        FISCUS_TRY(write_at(file, as_byte_span(text), 0, draft));
    }
    if (std::rename(draft.c_str(), path.c_str()) != 0) {
        return system_error("replace", path, errno);
    }
    return Done{};
}

Result<std::optional<Note>> read_note(const std::filesystem::path& partition,
                                      std::string_view name) {
    FISCUS_ASSIGN(const std::optional<std::string> text,
                  read_text(note_path(partition, name), file_bytes_max));
    if (!text) {
        return std::optional<Note>();
    }
    Note note;
    const char* const end = text->data() + text->size();
    const auto number = std::from_chars(text->data(), end, note.position);
    // After a power failure the file may be empty or anything: then there is no note.
    if (number.ec != std::errc() || number.ptr == end || *number.ptr != ' ') {
        return std::optional<Note>();
    }
    note.text.assign(number.ptr + 1, end);
    return std::optional<Note>(std::move(note));
}

}  // namespace fiscus::log

// What of a folder is on the disk and what only the page cache knows: follows each write, sync and
// change of a name, and can take away what a power failure would.
// Thread: one at a time, under the disk's mutex. Fails: never; what cannot be followed counts as
// synced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

#include "tests/property/random.h"

namespace fiscus::faults {

class Shadow {
public:
    // `root` without a slash at its end. What stands there is on the disk.
    explicit Shadow(const std::filesystem::path& root);

    // Before bytes of an open file are written over or cut off.
    void before_change(int file, std::uint64_t from, std::uint64_t bytes);
    void synced(int file);
    void directory_synced(const std::string& directory);

    // After a name was made; before it is taken away or given to another file.
    void made(const std::string& path, bool new_file);
    void made_directory(const std::string& path);
    void before_removal(const std::string& path);
    void before_rename(const std::string& from, const std::string& to);

    void lose(std::uint64_t seed);

private:
    struct Image {
        std::uint64_t from = 0;
        std::string bytes;
    };
    struct Kept {
        std::uint64_t synced_bytes = 0;
        std::vector<Image> images;  // of synced bytes that were written over since
    };
    enum class Kind : std::uint8_t { made, made_directory, removed, renamed };
    struct Change {
        Kind kind = Kind::made;
        std::string path;
        std::string to;     // renamed
        std::string spare;  // another name of what `path`, or `to`, named before
    };

    Kept& kept(ino_t inode, std::uint64_t size);
    std::string spare_name_of(const std::string& path);
    void undo(const Change& change);
    void lose_names(property::Random& random);
    void lose_bytes(property::Random& random);

    const std::filesystem::path root_;
    const std::filesystem::path spare_;
    std::uint64_t spares_ = 0;
    std::map<ino_t, Kept> files_;
    std::vector<Change> changes_;
};

}  // namespace fiscus::faults

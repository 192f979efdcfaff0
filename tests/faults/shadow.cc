#include "tests/faults/shadow.h"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/check.h"

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& path) { return fs::path(path).parent_path().string(); }

void put(int file, const std::string& bytes, std::uint64_t at) {
    FISCUS_CHECK(::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at)) ==
                     static_cast<ssize_t>(bytes.size()),
                 "the disk below works");
}

}  // namespace

// What another life has left there is none of this one's.
Shadow::Shadow(const fs::path& root) : root_(root), spare_(root.string() + ".spare") {
    fs::remove_all(spare_);
}

Shadow::Kept& Shadow::kept(ino_t inode, std::uint64_t size) {
    // Seen for the first time and not made by us: it was there before.
    return files_.try_emplace(inode, Kept{.synced_bytes = size, .images = {}}).first->second;
}

void Shadow::before_change(int file, std::uint64_t from, std::uint64_t bytes) {
    struct stat status {};
    if (::fstat(file, &status) != 0) {
        return;
    }
    Kept& now = kept(status.st_ino, static_cast<std::uint64_t>(status.st_size));
    const std::uint64_t end = std::min(from + bytes, now.synced_bytes);
    if (from >= end) {
        return;
    }
    Image image{.from = from, .bytes = std::string(end - from, '\0')};
    // By a descriptor of its own: this one may be for writing only.
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    const int reading = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (reading >= 0) {
        const ssize_t count =
            ::pread(reading, image.bytes.data(), image.bytes.size(), static_cast<off_t>(from));
        ::close(reading);
        if (count == static_cast<ssize_t>(image.bytes.size())) {
            now.images.push_back(std::move(image));
        }
    }
}

void Shadow::synced(int file) {
    struct stat status {};
    if (::fstat(file, &status) == 0) {
        files_[status.st_ino] = {.synced_bytes = static_cast<std::uint64_t>(status.st_size),
                                 .images = {}};
    }
}

void Shadow::directory_synced(const std::string& directory) {
    std::erase_if(changes_, [&](const Change& change) {
        return folder_of(change.kind == Kind::renamed ? change.to : change.path) == directory;
    });
}

void Shadow::made(const std::string& path, bool new_file) {
    struct stat status {};
    if (new_file && ::stat(path.c_str(), &status) == 0) {
        files_[status.st_ino] = {};
    }
    changes_.push_back({.kind = Kind::made, .path = path, .to = {}, .spare = {}});
}

void Shadow::made_directory(const std::string& path) {
    changes_.push_back({.kind = Kind::made_directory, .path = path, .to = {}, .spare = {}});
}

// Empty when nothing has that name.
std::string Shadow::spare_name_of(const std::string& path) {
    fs::create_directories(spare_);
    const std::string spare = (spare_ / std::to_string(++spares_)).string();
    return ::link(path.c_str(), spare.c_str()) == 0 ? spare : "";
}

void Shadow::before_removal(const std::string& path) {
    const std::string spare = spare_name_of(path);
    if (!spare.empty()) {
        changes_.push_back({.kind = Kind::removed, .path = path, .to = {}, .spare = spare});
    }
}

void Shadow::before_rename(const std::string& from, const std::string& to) {
    changes_.push_back({.kind = Kind::renamed, .path = from, .to = to, .spare = spare_name_of(to)});
}

void Shadow::undo(const Change& change) {
    std::error_code gone;
    switch (change.kind) {
        case Kind::made: fs::remove(change.path, gone); break;
        case Kind::made_directory: fs::remove_all(change.path, gone); break;
        case Kind::removed: fs::rename(change.spare, change.path, gone); break;
        case Kind::renamed:
            fs::rename(change.to, change.path, gone);
            if (!change.spare.empty()) {
                fs::rename(change.spare, change.to, gone);
            }
            break;
    }
}

// Of each directory a beginning of its changes stays.
void Shadow::lose_names(property::Random& random) {
    std::map<std::string, std::uint64_t> counts;
    const auto folder = [](const Change& change) {
        return folder_of(change.kind == Kind::renamed ? change.to : change.path);
    };
    for (const Change& change : changes_) {
        ++counts[folder(change)];
    }
    for (auto& [path, count] : counts) {
        count = random.below(count + 1);
    }
    std::vector<const Change*> lost;
    for (const Change& change : changes_) {
        std::uint64_t& left = counts[folder(change)];
        if (left > 0) {
            --left;
        } else {
            lost.push_back(&change);
        }
    }
    for (auto change = lost.rbegin(); change != lost.rend(); ++change) {
        undo(**change);
    }
}

void Shadow::lose_bytes(property::Random& random) {
    std::set<ino_t> done;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root_)) {
        struct stat status {};
        if (!entry.is_regular_file() || ::stat(entry.path().c_str(), &status) != 0) {
            continue;
        }
        const auto at = files_.find(status.st_ino);
        if (at == files_.end() || !done.insert(status.st_ino).second) {
            continue;
        }
        const int file = ::open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
        const auto size = static_cast<std::uint64_t>(status.st_size);
        if (size > at->second.synced_bytes) {
            const std::uint64_t left = random.below(size - at->second.synced_bytes + 1);
            const std::uint64_t end = at->second.synced_bytes + left;
            if (::ftruncate(file, static_cast<off_t>(end)) == 0 && random.chance(250)) {
                // The length reached the disk, the bytes did not.
                const auto zeros = std::string(random.below(left + 1), '\0');
                put(file, zeros, end - zeros.size());
            }
        }
        // The first image of a place is what lay there when it was synced.
        std::vector<Image>& images = at->second.images;
        const std::uint64_t undone = random.below(images.size() + 1);
        for (std::uint64_t i = images.size(); i > images.size() - undone; --i) {
            put(file, images[i - 1].bytes, images[i - 1].from);
        }
        ::close(file);
    }
}

void Shadow::lose(std::uint64_t seed) {
    property::Random random(seed);
    lose_names(random);
    lose_bytes(random);
    fs::remove_all(spare_);
}

}  // namespace fiscus::faults

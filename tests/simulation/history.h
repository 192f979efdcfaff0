// What a simulation's sources publish: a random history of the property tests, with the oracle's
// answers; and whether the journal says the same.
// Thread: one. Fails: never; a difference is text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/journal/block.h"
#include "tests/property/world.h"
#include "tests/simulation/cluster.h"

namespace fiscus::simulation {

class History {
public:
    explicit History(const property::WorldOptions& options)
        : world_(options), records_(world_.make()) {}

    [[nodiscard]] const property::World& world() const { return world_; }
    [[nodiscard]] std::size_t size() const { return records_.size(); }
    [[nodiscard]] bool all_published() const { return published_ == records_.size(); }
    // At most so many more records; how many.
    std::size_t publish(Cluster& cluster, std::size_t count);
    // Where the engine looks for them.
    void write_keys(const std::filesystem::path& folder) const;

    // One entry for each record, each what the oracle says, in one chain of blocks. Empty, or the
    // first difference.
    [[nodiscard]] std::string differences(Cluster& cluster) const;
    // The same of whatever can be read in front of an offset, where the journal may also be broken.
    [[nodiscard]] std::string differences_before(Cluster& cluster, std::int64_t end) const;
    // How often a source said something twice, late, or contradicted itself.
    void count(Faults& faults) const;

private:
    // Compares the next entries of the history, from `at` on.
    [[nodiscard]] std::string compare(const journal::BlockView& block, std::size_t& at) const;

    property::World world_;
    const std::vector<reference::Input> records_;
    std::size_t published_ = 0;
};

}  // namespace fiscus::simulation

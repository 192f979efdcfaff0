// How far the keys of a group have come, for groups whose keys upstream gives in order of time: a
// key above all that is known or stored exists nowhere, so a new voucher costs no look-up. Only a
// short cut: never in the digest, and a key far in the future costs speed alone.
// Thread: the partition's one writer. Fails: never.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "engine/base/ids.h"
#include "engine/state/key.h"

namespace fiscus::state {

// Highest ids of one (table, programme, part).
class NewestIds {
public:
    explicit NewestIds(Id128 stored) : forgotten_(stored), known_(stored) {}

    // Above everything that is resident or stored: nothing needs to be looked up. Whatever the
    // answer is, the id counts as resident from now on.
    bool pass(const Id128& id) {
        young_seen_ = std::max(young_seen_, id);
        if (id <= known_) {
            return false;
        }
        known_ = id;
        return true;
    }
    // Above everything that is not resident any more: the store need not be asked.
    [[nodiscard]] bool above_forgotten(const Id128& id) const { return id > forgotten_; }

    // Will be stored.
    void changed(const Id128& id) { young_changed_ = std::max(young_changed_, id); }

    // Nothing of two generations is of this group: all that it ever had is stored.
    [[nodiscard]] bool idle() const {
        return young_seen_ == Id128{} && old_seen_ == Id128{} && young_changed_ == Id128{} &&
               old_changed_ == Id128{};
    }

    // The old generation is forgotten, the young one becomes old.
    void rotate() {
        forgotten_ = std::max(forgotten_, old_changed_);
        old_changed_ = std::exchange(young_changed_, Id128{});
        old_seen_ = std::exchange(young_seen_, Id128{});
        known_ = std::max({forgotten_, old_changed_, old_seen_});
    }

private:
    Id128 forgotten_;
    Id128 known_;
    Id128 young_seen_;
    Id128 old_seen_;
    Id128 young_changed_;
    Id128 old_changed_;
};

// All groups, with the last one of each table at hand.
class Newest {
public:
    static constexpr bool in_order_of_time(TableId table) {
        return table == TableId::voucher || table == TableId::redemption ||
               table == TableId::natural_key;
    }

    // Null when the group is new; then add() follows.
    NewestIds* find(const Key& key) {
        Recent& recent = recent_[static_cast<std::size_t>(key.table)];
        if (recent.ids == nullptr || recent.programme != key.programme || recent.part != key.part) {
            const auto at = groups_.find(group_of(key));
            if (at == groups_.end()) {
                return nullptr;
            }
            recent = {.ids = &at->second, .programme = key.programme, .part = key.part};
        }
        return recent.ids;
    }
    NewestIds& add(const Key& key, Id128 stored) {
        ++young_groups_;
        return groups_.emplace(group_of(key), NewestIds(stored)).first->second;
    }
    // A group that nobody asked for lately is found in the store again.
    void rotate() {
        std::erase_if(groups_, [](const auto& group) { return group.second.idle(); });
        for (auto& [group, ids] : groups_) {
            ids.rotate();
        }
        recent_.fill({});
        young_groups_ = 0;
    }

    // What all groups take, and those that came with this generation.
    [[nodiscard]] std::size_t bytes() const { return groups_.size() * group_bytes_each; }
    [[nodiscard]] std::size_t young_bytes() const { return young_groups_ * group_bytes_each; }

private:
    struct Recent {
        NewestIds* ids = nullptr;
        std::uint32_t programme = 0;
        std::uint32_t part = 0;
    };
    using Group = std::tuple<TableId, std::uint32_t, std::uint32_t>;
    static Group group_of(const Key& key) { return {key.table, key.programme, key.part}; }

    // With the node that it lies in.
    static constexpr std::size_t group_bytes_each = sizeof(NewestIds) + sizeof(Group) + 48;

    std::array<Recent, 32> recent_{};
    std::map<Group, NewestIds> groups_;
    std::size_t young_groups_ = 0;
};

}  // namespace fiscus::state

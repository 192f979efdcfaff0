// Table<Record>: the records of one kind in memory. Hot tables hold every record; cold ones are a
// bounded cache in two generations over the store, filled by prefetch before the rules run.
// Pointers to slots stay valid until rotate(). Thread: the partition's one writer.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/state/records.h"
#include "engine/state/store.h"

namespace fiscus::state {

template <typename Record>
inline Bytes bytes_of(const Record& record) {
    return std::as_bytes(std::span(&record, 1));
}

inline Hash128 contribution(const Key& key, Bytes value) {
    const EncodedKey encoded = encode(key);
    return xxh3_128(encoded, value);
}

template <typename Record>
class Table {
public:
    struct Slot {
        Key key;
        Record value{};
        bool present = false;  // false: known to be absent
        bool touched = false;  // changed since the last digest
        bool dirty = false;    // changed since the last fold
    };

    // The resident slot, or null when the key was never loaded (cold) or does not exist (hot).
    Slot* find(const Key& key) {
        const auto at = young_.index.find(key);
        return at == young_.index.end() ? nullptr : young_.slots[at->second];
    }

    // A cold table checks that whatever is read was loaded before.
    explicit Table(bool cold) : cold_(cold) {}

    // The record for reading, or null.
    const Record* get(const Key& key) {
        const Slot* slot = find(key);
        FISCUS_CHECK(!cold_ || slot != nullptr, "a cold record is loaded before it is read");
        return slot != nullptr && slot->present ? &slot->value : nullptr;
    }

    // The record for changing; made (zeroed) when absent. `digest` loses its old contribution.
    Record& change(const Key& key, Hash128& digest) {
        Slot* slot = find(key);
        FISCUS_CHECK(!cold_ || slot != nullptr, "a cold record is loaded before it is changed");
        return change(slot != nullptr ? *slot : add(key), digest);
    }

    Record& change(Slot& slot, Hash128& digest) {
        if (!slot.touched) {
            if (slot.present) {
                digest -= contribution(slot.key, bytes_of(slot.value));
            }
            slot.touched = true;
            touched_.push_back(&slot);
        }
        if (!slot.dirty) {
            slot.dirty = true;
            dirty_.push_back(&slot);
        }
        slot.present = true;
        return slot.value;
    }

    // Takes a value found in the store; absent ones are remembered as absent.
    Slot& load(const Key& key, Bytes value) {
        Slot& slot = find(key) != nullptr ? *find(key) : add(key);
        if (!value.empty()) {
            FISCUS_CHECK(value.size() == sizeof(Record), "a stored record has its layout's size");
            std::memcpy(&slot.value, value.data(), sizeof(Record));
            slot.present = true;
        }
        return slot;
    }

    // Moves a slot of the old generation to the young one; null when it is in neither.
    Slot* revive(const Key& key) {
        if (Slot* slot = find(key)) {
            return slot;
        }
        const auto at = old_.index.find(key);
        if (at == old_.index.end()) {
            return nullptr;
        }
        const Slot& from = *old_.slots[at->second];
        Slot& slot = add(key);
        slot.value = from.value;
        slot.present = from.present;
        return &slot;
    }

    // Adds the contributions of what changed since the last call.
    void settle(Hash128& digest) {
        for (Slot* slot : touched_) {
            digest += contribution(slot->key, bytes_of(slot->value));
            slot->touched = false;
        }
        touched_.clear();
    }

    // Puts every dirty record into the set.
    void collect(WriteSet& set) {
        for (Slot* slot : dirty_) {
            set.put(slot->key, bytes_of(slot->value));
            slot->dirty = false;
        }
        dirty_.clear();
    }

    // Forgets the old generation and ages the young one. Only when everything dirty was collected
    // and the set before that is in the store.
    void rotate() {
        FISCUS_CHECK(dirty_.empty() && touched_.empty(), "only clean records may be forgotten");
        old_ = std::move(young_);
        young_ = Generation();
        young_.index.reserve(old_.slots.size());
    }

    [[nodiscard]] std::size_t size() const { return young_.slots.size(); }
    // What the young generation takes, about: slots, their pointers, and an index that is between a
    // quarter and half full.
    [[nodiscard]] std::size_t young_bytes() const {
        constexpr std::size_t buckets_per_slot = 3;
        constexpr std::size_t pointer_bytes = 8;
        constexpr std::size_t bucket_bytes = sizeof(std::pair<Key, std::uint32_t>) + 8;
        return young_.slots.size() *
               (sizeof(Slot) + pointer_bytes + buckets_per_slot * bucket_bytes);
    }

    // Visits resident present records in no order that may matter.
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const Slot* slot : young_.slots) {
            if (slot->present) {
                visit(slot->key, slot->value);
            }
        }
    }

private:
    struct Generation {
        tsl::robin_map<Key, std::uint32_t> index;
        std::vector<Slot*> slots;
        std::deque<Slot> memory;
    };

    Slot& add(const Key& key) {
        young_.memory.emplace_back();
        Slot& slot = young_.memory.back();
        slot.key = key;
        young_.index.emplace(key, static_cast<std::uint32_t>(young_.slots.size()));
        young_.slots.push_back(&slot);
        return slot;
    }

    bool cold_;
    Generation young_;
    Generation old_;
    std::vector<Slot*> touched_;
    std::vector<Slot*> dirty_;
};

}  // namespace fiscus::state

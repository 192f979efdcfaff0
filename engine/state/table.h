// Table<Record>: the records of one kind in memory. Hot tables hold every record; cold ones are a
// bounded cache over the store, filled by prefetch before the rules run. What is needed for some
// days only has two generations (rotate()); what comes back for ever is bounded by giving the place
// of a record that was not asked for lately to a new one (reuse_places()).
// Pointers to slots stay valid until rotate(), and to what is not asked for until add().
// Thread: the partition's one writer.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>  // tidy: words because std::launder is there
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/state/fresh_memory.h"
#include "engine/state/records.h"
#include "engine/state/slot_index.h"
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

// The key as a slot keeps it: whole, or without what is 0 for every record of the kind.
class WholeKey {
public:
    explicit WholeKey(const Key& key) : key_(key) {}
    [[nodiscard]] Key key(TableId) const { return key_; }
    [[nodiscard]] bool is(const Key& key) const { return key_ == key; }

private:
    Key key_;
};

class ShortKey {
public:
    explicit ShortKey(const Key& key)
        : words_(std::bit_cast<std::array<std::uint32_t, 4>>(key.id)), programme_(key.programme) {
        FISCUS_CHECK(key.part == 0 && key.sub == 0, "id and programme say which record it is");
    }
    [[nodiscard]] Key key(TableId table) const {
        return {.id = std::bit_cast<Id128>(words_), .programme = programme_, .table = table};
    }
    [[nodiscard]] bool is(const Key& key) const {
        return std::bit_cast<Id128>(words_) == key.id && programme_ == key.programme;
    }

private:
    std::array<std::uint32_t, 4> words_;
    std::uint32_t programme_;
};

template <typename Record>
concept HasShortKey = requires {
    requires Record::short_key;
};

template <typename Record>
class Table {
public:
    using KeptKey = std::conditional_t<HasShortKey<Record>, ShortKey, WholeKey>;

    struct Slot {
        explicit Slot(const Key& named) : kept(named) {}

        [[nodiscard]] Key key() const { return kept.key(Record::table); }

        Record value{};
        KeptKey kept;
        bool present : 1 = false;  // false: known to be absent
        bool touched : 1 = false;  // changed since the last digest
        bool asked : 1 = true;     // since the last look for a place to be reused
        std::uint8_t window = 0;   // of its last change, below; 0: none that is not stored
        std::uint8_t segment = 0;  // when it was asked for last
        std::uint8_t note = 0;     // of whoever prefetches; 0 between turns
    };

    // A cold table checks that whatever is read was loaded before.
    explicit Table(bool cold) : cold_(cold) {}

    // The resident slot, or null when the key was never loaded (cold) or does not exist (hot).
    Slot* find(const Key& key) {
        Slot*& recent = recent_[place_in_recent(key)];
        if (recent != nullptr && recent->kept.is(key)) [[likely]] {
            return recent;
        }
        Slot* const found = young_.find(key, tag_of(key));
        if (found != nullptr) {
            recent = found;
        }
        return found;
    }

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
                digest -= contribution(slot.key(), bytes_of(slot.value));
            }
            slot.touched = true;
            touched_.push_back(&slot);
        }
        if (slot.window != window_) {
            if (waits_for_fold(slot)) {
                // The fold that goes on wants it as it was when that began.
                set_->put(slot.key(), bytes_of(slot.value));
            }
            slot.window = window_;
            dirty_.push_back(&slot);
        }
        slot.present = true;
        return slot.value;
    }

    // Takes a value found in the store; absent ones are remembered as absent.
    Slot& load(const Key& key, Bytes value) {
        Slot* found = young_.find(key, tag_of(key));
        Slot& slot = found != nullptr ? *found : add(key);
        if (!value.empty()) {
            FISCUS_CHECK(value.size() == sizeof(Record), "a stored record has its layout's size");
            std::memcpy(&slot.value, value.data(), sizeof(Record));
            slot.present = true;
        }
        return slot;
    }

    // A slot for a key that is not resident, absent until load() says otherwise.
    Slot& add(const Key& key) {
        const std::uint32_t place = reuses_ ? place_to_reuse() : SlotIndex::none;
        Slot& slot =
            place == SlotIndex::none ? young_.add(key, tag_of(key), shelf_) : reuse(place, key);
        slot.segment = segment_;
        return slot;
    }

    // Where the memory for new slots comes from.
    [[nodiscard]] MemoryShelf& shelf() { return shelf_; }

    // From now on a record that is added takes the place of a stored one that was not asked for
    // since the last look at it, where there is one within some looks.
    void reuse_places(bool reuses) { reuses_ = reuses; }

    // Finds a slot, and moves one of the old generation to the young one; null when it is in
    // neither.
    Slot* revive(const Key& key) {
        const SlotIndex::Tag tag = tag_of(key);
        if (Slot* slot = young_.find(key, tag)) {
            slot->asked = true;
            slot->segment = segment_;
            return slot;
        }
        const std::uint32_t number = old_.number_of(key, tag);
        if (number == SlotIndex::none) {
            return nullptr;
        }
        Slot* from = &old_.slot(number);
        // It is never found there again: the place in the young generation may be reused, and then
        // the store alone knows how the record is.
        old_.index.erase(tag, number);
        Slot& slot = add(key);
        slot.value = from->value;
        slot.present = from->present;
        slot.window = from->window;
        if (waits_for_fold(*from)) {
            from->window = 0;
            folding_.push_back(&slot);
        }
        return &slot;
    }

    // Before add() of a key that exists nowhere.
    void prefetch_place(const Key& key) const { young_.index.prefetch(tag_of(key)); }
    // Two hints before revive(), some look-ups ahead of it: the index first, then the slot.
    void prefetch_index(const Key& key) const {
        const SlotIndex::Tag tag = tag_of(key);
        young_.index.prefetch(tag);
        old_.index.prefetch(tag);
    }
    void prefetch_slot(const Key& key) const {
        const SlotIndex::Tag tag = tag_of(key);
        if (!young_.prefetch_slot(tag)) {
            static_cast<void>(old_.prefetch_slot(tag));
        }
    }

    // Adds the contributions of what changed since the last call. What was asked for until now may
    // give its place away.
    void settle(Hash128& digest) {
        for (Slot* slot : touched_) {
            digest += contribution(slot->key(), bytes_of(slot->value));
            slot->touched = false;
        }
        touched_.clear();
        ++segment_;
    }

    // Records that changed since the last fold began.
    [[nodiscard]] std::size_t dirty() const { return dirty_.size(); }

    // A fold begins: what changed until now is collected into the set as it is now, in as many
    // pieces as the caller likes; what changes meanwhile belongs to the next fold.
    void begin_fold(WriteSet& set) {
        FISCUS_CHECK(folding_.empty(), "one fold after the other");
        folding_.swap(dirty_);
        window_ = other_window();
        set_ = &set;
    }

    // Collects so many more at most; how many it looked at. 0: the fold has everything.
    std::size_t collect(std::size_t records_max) {
        constexpr std::size_t ahead = 8;
        const std::size_t looked_at = std::min(folding_.size() - collected_, records_max);
        const std::size_t end = collected_ + looked_at;
        for (; collected_ < end; ++collected_) {
            if (collected_ + ahead < folding_.size()) {
                prefetch(*folding_[collected_ + ahead]);
            }
            Slot& slot = *folding_[collected_];
            // Others changed since, or moved to the young generation.
            if (waits_for_fold(slot)) {
                set_->put(slot.key(), bytes_of(slot.value));
                slot.window = static_cast<std::uint8_t>(collected_in + slot.window);
            }
        }
        if (collected_ == folding_.size()) {
            folding_.clear();
            collected_ = 0;
        }
        return looked_at;
    }

    // Forgets the old generation and ages the young one. Only right after begin_fold(), and when
    // the fold before is in the store: then nothing that is forgotten waits to be written. Its
    // memory is kept for the next one, or given back.
    enum class Memory : std::uint8_t { kept, given_back };
    void rotate(Memory memory = Memory::kept) {
        FISCUS_CHECK(dirty_.empty() && touched_.empty() && collected_ == 0,
                     "only stored records may be forgotten");
        complete_ = complete_ && old_.size == 0;
        std::swap(young_, old_);
        if (memory == Memory::given_back) {
            young_ = {};
        } else {
            young_.clear();
        }
        recent_.fill(nullptr);
    }

    // The store holds nothing that is not resident: it was empty, and nothing was forgotten since.
    [[nodiscard]] bool complete() const { return complete_; }
    void set_complete() { complete_ = true; }

    [[nodiscard]] std::size_t size() const { return young_.size; }
    // What the young generation takes, and both.
    [[nodiscard]] std::size_t young_bytes() const { return young_.bytes(); }
    [[nodiscard]] std::size_t bytes() const { return young_.bytes() + old_.bytes(); }

    // Visits resident present records in no order that may matter.
    template <typename Visit>
    void for_each(Visit visit) const {
        for (std::uint32_t number = 0; number < young_.size; ++number) {
            const Slot& slot = young_.slot(number);
            if (slot.present) {
                visit(slot.key(), slot.value);
            }
        }
    }

    // Both generations: everything that the store may not have yet is among it.
    template <typename Visit>
    void for_each_resident(Visit visit) const {
        for_each(visit);
        for (std::uint32_t number = 0; number < old_.size; ++number) {
            const Slot& slot = old_.slot(number);
            const Key key = slot.key();
            if (slot.present && young_.find(key, tag_of(key)) == nullptr) {
                visit(key, slot.value);
            }
        }
    }

private:
    // Changes are of window 1 or 2, by turns. A slot of the other one waits for the fold that goes
    // on; one that is collected says in which (2 + its window) until that is surely stored, which
    // is when the fold after it begins.
    static constexpr std::uint8_t collected_in = 2;
    [[nodiscard]] std::uint8_t other_window() const {
        return static_cast<std::uint8_t>(3 - window_);
    }
    [[nodiscard]] bool waits_for_fold(const Slot& slot) const {
        return slot.window == other_window();
    }
    [[nodiscard]] bool is_stored(const Slot& slot) const {
        return slot.window == 0 || slot.window == collected_in + window_;
    }

    // A hand goes round over all slots and takes the first that nobody asked for since it was here
    // last.
    std::uint32_t place_to_reuse() {
        constexpr int looks_max = 64;
        constexpr std::uint32_t ahead = 8;
        for (int look = 0; look < looks_max && young_.size > ahead; ++look) {
            hand_ = hand_ + 1 < young_.size ? hand_ + 1 : 0;
            if (hand_ + ahead < young_.size) {
                young_.index.prefetch(tag_of(young_.slot(hand_ + ahead).key()));
            }
            Slot& slot = young_.slot(hand_);
            const bool stored = is_stored(slot);
            if (stored) {
                slot.window = 0;
            }
            if (stored && !slot.asked && !slot.touched && slot.segment != segment_) {
                return hand_;
            }
            slot.asked = false;
        }
        return SlotIndex::none;
    }

    Slot& reuse(std::uint32_t place, const Key& key) {
        Slot& slot = young_.slot(place);
        young_.index.erase(tag_of(slot.key()), place);
        complete_ = false;
        young_.index.insert(tag_of(key), place);
        slot = Slot(key);
        return slot;
    }

    // Slots lie in chunks that never move; those of a generation that was forgotten are used again.
    struct Generation {
        static constexpr std::uint32_t chunk_bits = 9;
        static constexpr std::uint32_t chunk_slots = 1U << chunk_bits;

        static_assert(std::is_trivially_destructible_v<Slot>, "chunks end without their slots");

        SlotIndex index;
        // From the beginning of a cache line, so that no slot touches one more than it must.
        std::vector<MemoryPiece> chunks;
        std::uint32_t size = 0;

        [[nodiscard]] std::size_t bytes() const { return size * sizeof(Slot) + index.bytes(); }

        [[nodiscard]] Slot& slot(std::uint32_t number) const {
            return *std::launder(place(number));
        }

        [[nodiscard]] Slot* place(std::uint32_t number) const {
            auto* const chunk = reinterpret_cast<std::byte*>(chunks[number >> chunk_bits].get());
            return reinterpret_cast<Slot*>(chunk + (number & (chunk_slots - 1)) * sizeof(Slot));
        }

        [[nodiscard]] std::uint32_t number_of(const Key& key, SlotIndex::Tag tag) const {
            return index.find(tag, [this, &key](std::uint32_t candidate) {
                return slot(candidate).kept.is(key);
            });
        }

        [[nodiscard]] Slot* find(const Key& key, SlotIndex::Tag tag) const {
            const std::uint32_t number = number_of(key, tag);
            return number == SlotIndex::none ? nullptr : &slot(number);
        }

        [[nodiscard]] bool prefetch_slot(SlotIndex::Tag tag) const {
            const std::uint32_t number = index.likely(tag);
            if (number == SlotIndex::none) {
                return false;
            }
            prefetch(slot(number));
            return true;
        }

        Slot& add(const Key& key, SlotIndex::Tag tag, MemoryShelf& shelf) {
            if ((size >> chunk_bits) == chunks.size()) {
                chunks.push_back(shelf.take());
            }
            index.insert(tag, size);
            return *std::construct_at(place(size++), key);
        }

        // Keeps as much memory as was used last.
        void clear() {
            chunks.resize((size + chunk_slots - 1) >> chunk_bits);
            index.clear();
            size = 0;
        }
    };

    static void prefetch(const Slot& slot) {
        constexpr std::size_t line = 64;
        const auto* at = reinterpret_cast<const std::byte*>(&slot);
        for (std::size_t byte = 0; byte < sizeof(Slot); byte += line) {
            __builtin_prefetch(at + byte);
        }
    }

    static SlotIndex::Tag tag_of(const Key& key) { return SlotIndex::tag_of(hash_of(key)); }

    // An event asks for the same few records again and again, and so do its neighbours.
    static constexpr std::size_t recent_slots = 64;
    static std::size_t place_in_recent(const Key& key) {
        const std::uint64_t mixed =
            (key.id.lo ^ (key.id.hi << 3) ^ (std::uint64_t{key.part} << 1) ^ key.programme) *
            0x9e3779b97f4a7c15ULL;
        return static_cast<std::size_t>(mixed >> 58);
    }

    bool cold_;
    bool complete_ = false;
    MemoryShelf shelf_{Generation::chunk_slots * sizeof(Slot)};
    Generation young_;
    Generation old_;
    std::array<Slot*, recent_slots> recent_{};
    std::vector<Slot*> touched_;
    std::vector<Slot*> dirty_;
    std::uint8_t window_ = 1;
    std::uint8_t segment_ = 0;
    bool reuses_ = false;
    std::uint32_t hand_ = 0;
    std::vector<Slot*> folding_;
    std::size_t collected_ = 0;  // of folding_
    WriteSet* set_ = nullptr;    // of the fold that goes on
};

}  // namespace fiscus::state

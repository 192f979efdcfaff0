// StateStore in memory: an ordered map under a mutex, for tests and for replay that keeps nothing.
#include <algorithm>
#include <map>
#include <mutex>

#include "engine/state/store.h"

namespace fiscus::state {
namespace {

class MemoryStore final : public StateStore {
public:
    Status get_many(std::span<const EncodedKey> keys, const Found& found) override {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (const auto at = records_.find(keys[i]); at != records_.end()) {
                found(i, at->second);
            }
        }
        return Done{};
    }

    Status scan(TableId table, const Visit& visit) override {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, value] : records_) {
            if (key[0] == static_cast<std::byte>(table)) {
                FISCUS_TRY(visit(decode_key(key.data()), value));
            }
        }
        return Done{};
    }

    Status scan_group(const Key& group, const Visit& visit) override {
        const std::lock_guard lock(mutex_);
        const EncodedKey first = encode(group);
        const auto in_group = [&first](const EncodedKey& key) {
            return std::equal(first.begin(), first.begin() + group_bytes, key.begin());
        };
        for (auto at = records_.lower_bound(first); at != records_.end() && in_group(at->first);
             ++at) {
            FISCUS_TRY(visit(decode_key(at->first.data()), at->second));
        }
        return Done{};
    }

    Result<std::optional<Id128>> last_id(TableId table,
                                         std::uint32_t programme,
                                         std::uint32_t part) override {
        const std::lock_guard lock(mutex_);
        const EncodedKey past = encode({.id = {.hi = ~0ULL, .lo = ~0ULL},
                                        .programme = programme,
                                        .part = part,
                                        .sub = UINT16_MAX,
                                        .table = table});
        const auto after = records_.upper_bound(past);
        if (after == records_.begin() || !std::equal(past.begin(), past.begin() + group_bytes,
                                                     std::prev(after)->first.begin())) {
            return std::optional<Id128>();
        }
        return std::optional<Id128>(decode_key(std::prev(after)->first.data()).id);
    }

    Status write(const WriteSet& set) override {
        const std::lock_guard lock(mutex_);
        set.for_each(set.all(), [this](const WriteSet::Item& item) {
            EncodedKey key;
            std::copy(item.key.begin(), item.key.end(), key.begin());
            records_[key].assign(item.value.begin(), item.value.end());
            return true;
        });
        return Done{};
    }

    [[nodiscard]] bool stalled() const override { return false; }
    [[nodiscard]] std::uint64_t compaction_debt_bytes() const override { return 0; }

private:
    std::mutex mutex_;
    std::map<EncodedKey, std::vector<std::byte>> records_;
};

}  // namespace

std::unique_ptr<StateStore> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace fiscus::state

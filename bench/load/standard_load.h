// The standard load: a programme's month, the same bytes for the same options on every machine.
// Events of every family in the order of the log, with what the engine should make of them: the
// generator keeps a light model of its own (balances, quotas, recent vouchers), so that what is
// meant to be valid is valid and what is meant to be refused is refused for one known reason.
// Tests, benchmarks and the demo read it; bench/load/publish.h writes it to a log. Memory is
// bounded (about 70 MB for each programme). Thread: one at a time. Fails: never; check_options()
// says beforehand what cannot be generated.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/load/load.h"
#include "engine/base/result.h"

namespace fiscus::load {

inline constexpr std::uint64_t programmes_max = 1'024;

struct LoadOptions {
    // Records in all, reference and control events included, spread over the programmes.
    std::uint64_t events = 1'000'000;
    std::uint64_t seed = 1;
    // Programmes first_programme, first_programme + 1 …; their records take turns.
    std::uint32_t programmes = 1;
    std::uint32_t first_programme = 1;
    // For each programme; 0: one for each event, at most 1,000,000 up to 10,000,000 events.
    std::uint64_t consumers = 0;
    // The events of the platforms are signed, each source with a key of its own.
    bool with_signatures = false;
};

Status check_options(const LoadOptions& options);

class ProgrammeLoad;

class StandardLoad final : public Load {
public:
    // The options have passed check_options().
    explicit StandardLoad(const LoadOptions& options);
    ~StandardLoad() override;
    StandardLoad(const StandardLoad&) = delete;
    StandardLoad& operator=(const StandardLoad&) = delete;

    bool next(LoadBatch& batch, std::size_t records_max = records_at_once) override;

    [[nodiscard]] std::uint64_t records_in_all() const { return options_.events; }
    [[nodiscard]] std::uint64_t records_generated() const { return generated_; }
    [[nodiscard]] Expected expected() const override;
    [[nodiscard]] std::vector<SecretFile> secrets() const override;
    // Of one programme: first_programme + index.
    [[nodiscard]] Expected expected_of(std::size_t index) const;

private:
    LoadOptions options_;
    std::vector<std::unique_ptr<ProgrammeLoad>> programmes_;
    std::size_t turn_ = 0;
    std::uint64_t generated_ = 0;
};

}  // namespace fiscus::load

#include "bench/load/standard_load.h"

#include <algorithm>
#include <limits>
#include <string>

#include "bench/load/programme_load.h"
#include "bench/load/record_sink.h"
#include "engine/base/check.h"

namespace fiscus::load {
namespace {

constexpr std::uint64_t consumers_default_max = 1'000'000;
constexpr std::uint64_t events_per_consumer = 10;

Error usage(std::string why, std::string hint) {
    return {.code = ErrorCode::usage,
            .what = "the standard load cannot be generated",
            .why = std::move(why),
            .hint = std::move(hint)};
}

std::uint64_t consumers_of(const LoadOptions& options, std::uint64_t events) {
    const std::uint64_t needed = std::max<std::uint64_t>(1'000, events / events_per_consumer);
    if (options.consumers != 0) {
        return std::max(options.consumers, needed);
    }
    return std::max(std::min(events, consumers_default_max), needed);
}

}  // namespace

Status check_options(const LoadOptions& options) {
    if (options.programmes < 1 || options.programmes > programmes_max) {
        return usage("the number of programmes is " + std::to_string(options.programmes),
                     "Ask for 1 to " + std::to_string(programmes_max) + " programmes.");
    }
    const std::uint64_t last = std::uint64_t{options.first_programme} + options.programmes - 1;
    if (options.first_programme < 1 || last > std::numeric_limits<std::uint32_t>::max()) {
        return usage("a programme's number is between 1 and 4294967295",
                     "Choose another first programme.");
    }
    const std::uint64_t events = options.events / options.programmes;
    if (events < events_min) {
        return usage("a programme needs " + std::to_string(events_min) + " events and gets " +
                         std::to_string(events),
                     "Ask for more events or fewer programmes.");
    }
    if (consumers_of(options, events) > std::numeric_limits<std::uint32_t>::max()) {
        return usage("a programme has at most 4294967295 consumers", "Ask for fewer events.");
    }
    return Done{};
}

StandardLoad::StandardLoad(const LoadOptions& options) : options_(options) {
    FISCUS_CHECK(check_options(options).ok(), "the options of a load were checked");
    for (std::uint32_t i = 0; i < options.programmes; ++i) {
        // What does not divide goes to the first programmes.
        const std::uint64_t events =
            options.events / options.programmes + (i < options.events % options.programmes ? 1 : 0);
        programmes_.push_back(std::make_unique<ProgrammeLoad>(
            ProgrammeOptions{.programme = options.first_programme + i,
                             .events = events,
                             .seed = options.seed,
                             .consumers = consumers_of(options, events),
                             .with_signatures = options.with_signatures}));
    }
}

StandardLoad::~StandardLoad() = default;

bool StandardLoad::next(LoadBatch& batch, std::size_t records_max) {
    RecordSink sink;
    sink.begin(batch, records_max);
    while (!sink.full() && generated_ < options_.events) {
        ProgrammeLoad& programme = *programmes_[turn_];
        turn_ = (turn_ + 1) % programmes_.size();
        if (!programme.done()) {
            programme.produce(sink);
            ++generated_;
        }
    }
    sink.finish();
    return !batch.empty();
}

Expected StandardLoad::expected() const {
    Expected sum;
    for (const auto& programme : programmes_) {
        sum.add(programme->expected());
    }
    return sum;
}

std::vector<SecretFile> StandardLoad::secrets() const {
    std::vector<SecretFile> files;
    for (const auto& programme : programmes_) {
        const std::vector<SecretFile> of_one = programme->secrets();
        files.insert(files.end(), of_one.begin(), of_one.end());
    }
    return files;
}

Expected StandardLoad::expected_of(std::size_t index) const {
    return programmes_[index]->expected();
}

}  // namespace fiscus::load

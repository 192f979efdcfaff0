#include "tests/property/world.h"

#include <algorithm>
#include <limits>

#include "tests/reference/reading.h"

namespace fiscus::property {

using support::Body;
using support::Envelope;

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::size_t memory_max = 200;

}  // namespace

World::World(const WorldOptions& options) : options_(options), random_(options.seed) {
    shard_.partitions = random_.chance(700) ? 1 : 4;
    shard_.partition = random_.between(0, shard_.partitions - 1);
    const std::size_t count = random_.between<std::size_t>(1, 3);
    for (std::uint32_t number = random_.between(1U, 90U); programmes_.size() < count; ++number) {
        if (reference::partition_of(support::record_key(number), shard_.partitions) ==
            shard_.partition) {
            programmes_.push_back(number);
        }
    }
}

std::vector<reference::Input> World::make() {
    steady_ = !random_.chance(100);
    for (const std::uint32_t number : programmes_) {
        open_programme(number);
    }
    steady_ = false;
    while (records_.size() < options_.records) {
        if (options_.close_at != 0 && records_.size() >= options_.close_at) {
            options_.close_at = 0;
            programme_ = random_.pick(programmes_);
            close_programme();
        }
        step();
    }
    for (std::size_t pause = 0; pause < options_.pauses; ++pause) {
        log_time_us_ += random_.between<std::int64_t>(1, 14) * 86'400 * second_us;
        for (const std::uint32_t number : programmes_) {
            programme_ = number;
            say(authority(), support::ClockAdvanced{.now_us = log_time_us_});
        }
        for (int more = 0; more < 8; ++more) {
            step();
        }
    }
    return records_;
}

void World::open_programme(std::uint32_t number) {
    programme_ = number;
    support::ProgrammeOpened opened;
    if (random_.chance(500)) {
        opened.districts = {420100, 420500, 429004};
    }
    opened.categories = {{1, {6210, 6220}}, {2, {8892}}, {3, {}}};
    opened.registration_required = random_.chance(120);
    if (random_.chance(50)) {
        support::ProgrammeOpened twice = opened;
        twice.categories.push_back(twice.categories.front());
        say(authority(), twice);
    }
    say(authority(), opened);
    for (std::uint16_t platform = 1; platform <= 3; ++platform) {
        say(authority(), support::PlatformAdmitted{.platform = platform});
        support::SourceRegistered registered{.source = static_cast<std::uint16_t>(platform + 1),
                                             .platform = platform};
        if (random_.chance(300)) {
            registered.key = some_source_key();
        }
        say(authority(), registered);
    }
    say(authority(),
        support::SourceRegistered{.source = 12, .role = wire::SourceRole::notary, .platform = 0});
    for (std::uint32_t merchant = 1; merchant <= 4; ++merchant) {
        say(authority(), random_merchant(merchant));
    }
    say(authority(), support::FundDeposited{.account = support::id_named("city"),
                                            .amount_fen = random_.between(500'000, 9'000'000)});
    for (std::uint32_t batch = 1; batch <= random_.between(1U, 3U); ++batch) {
        say(authority(), random_batch(batch));
        say(authority(),
            support::BatchFunded{.batch = batch, .amount_fen = random_.between(20'000, 400'000)});
    }
    if (random_.chance(600)) {
        open_prize_batch();
    }
    if (random_.chance(600)) {
        open_instant_draw();
    }
}

World::Speaker& World::speaker(std::uint32_t programme, std::uint16_t source) {
    Speaker& found = speakers_[{programme, source}];
    found.programme = programme;
    found.source = source;
    return found;
}

World::Speaker& World::voice_of(std::uint16_t platform) {
    platform = platform_down_ == 0 ? platform : platform_down_;
    std::vector<std::uint16_t> of_platform;
    for (const auto& [number, source] : rules().sources) {
        if (source.platform == platform && (!source.revoked || random_.chance(20))) {
            of_platform.push_back(number);
        }
    }
    if (of_platform.empty() || random_.chance(8)) {
        return speaker(programme_, random_.between<std::uint16_t>(1, 9));
    }
    return speaker(programme_, random_.pick(of_platform));
}

const reference::Programme& World::rules() const {
    static const reference::Programme none;
    const reference::Programme* found = oracle_.programme(programme_);
    return found == nullptr ? none : *found;
}

// Now and then exactly the midnight before, or the last moment of the day before it.
std::int64_t World::snapped(std::int64_t instant_us) {
    if (steady_ || !random_.chance(100)) {
        return instant_us;
    }
    return reference::start_of(reference::day_of(instant_us)) - random_.between(0, 1);
}

// Mostly now, sometimes late, seldom early.
std::int64_t World::occurred() {
    if (steady_ || random_.chance(850)) {
        return snapped(log_time_us_ - random_.between<std::int64_t>(0, 20 * second_us));
    }
    if (random_.chance(850)) {
        return snapped(log_time_us_ - random_.between<std::int64_t>(0, 3 * 86'400 * second_us));
    }
    return log_time_us_ + random_.between<std::int64_t>(0, 600 * second_us);
}

void World::step() {
    release();
    programme_ = random_.pick(programmes_);
    for (int look = 0; look < 3 && rules().closed; ++look) {
        programme_ = random_.pick(programmes_);
    }
    // Minutes pass mostly, sometimes hours, so that a run sees about two weeks.
    const std::uint64_t hours = options_.records > 1'000 ? 4 : 60;
    const std::int64_t pause_s = random_.chance(hours) ? 8 * 3'600 : random_.chance(500) ? 5 : 240;
    log_time_us_ += random_.between<std::int64_t>(0, pause_s) * second_us;
    using Deed = void (World::*)();
    static const std::vector<std::pair<std::uint64_t, Deed>> deeds = {
        {300, &World::claim},
        {210, &World::redeem},
        {120, &World::refund},
        {40, &World::void_voucher},
        {55, &World::register_consumer},
        {35, &World::merchant_deed},
        {14, &World::platform_deed},
        {12, &World::source_deed},
        {40, &World::fund_deed},
        {22, &World::batch_deed},
        {60, &World::settlement_deed},
        {40, &World::recovery_deed},
        {45, &World::control_deed},
        {250, &World::prize_deed},
        {130, &World::instant_deed},
        {6, &World::programme_deed},
        {70, &World::say_again},
        {100, &World::odd_envelope},
        {45, &World::about_a_batch},
        {70, &World::about_an_invoice},
        {55, &World::about_a_voucher},
        {16, &World::about_a_platform},
        {8, &World::about_an_account},
        {8, &World::about_a_source_key},
        {22, &World::platform_down},
        {10, &World::last_batch_again}};
    std::uint64_t total = 0;
    for (const auto& [weight, deed] : deeds) {
        total += weight;
    }
    std::uint64_t chosen = random_.below(total);
    for (const auto& [weight, deed] : deeds) {
        if (chosen < weight) {
            return (this->*deed)();
        }
        chosen -= weight;
    }
}

void World::say(Speaker& speaker, const Body& body, std::optional<Id128> key) {
    Envelope envelope;
    envelope.programme = speaker.programme;
    envelope.source = speaker.source;
    if (!steady_ && random_.chance(6)) {
        ++speaker.epoch;
        speaker.last = 0;
    }
    if (!steady_ && random_.chance(12)) {
        speaker.last += random_.between<std::uint64_t>(1, 6);  // records that never arrive
    }
    envelope.epoch = speaker.epoch;
    envelope.sequence = ++speaker.last;
    envelope.occurred_at_us = occurred();
    envelope.key = key.value_or(Id128{.hi = programme_, .lo = ++keys_});
    sign(envelope);
    disturb(envelope);
    memory_.push_back({envelope, body});
    last_of_kind_.insert_or_assign(body.index(), memory_.back());
    if (memory_.size() > memory_max) {
        memory_.pop_front();
    }
    publish(envelope, body);
}

void World::sign(Envelope& envelope) {
    envelope.signing.reset();
    envelope.signature.reset();
    const reference::Programme* programme = oracle_.programme(envelope.programme);
    const auto source = programme == nullptr ? decltype(programme->sources.begin()){}
                                             : programme->sources.find(envelope.source);
    if (programme == nullptr || source == programme->sources.end()) {
        return;
    }
    const auto* key = random_.entry(source->second.keys);
    for (int look = 0; key != nullptr && look < 3 && key->second.revoked; ++look) {
        key = random_.entry(source->second.keys);
    }
    if (slip()) {
        envelope.signature = std::string(random_.between<std::size_t>(35, 37), 's');
    } else if (key != nullptr && !slip()) {
        envelope.signing = {.number = slip() ? random_.between(0U, 9U) : key->first,
                            .key = support::key_of_commitment(key->second.commitment)};
        if (slip()) {
            envelope.signing->key.name = "forged";
        }
    }
}

// What a confused or hostile source writes on the envelope.
void World::disturb(Envelope& envelope) {
    if (steady_ || !random_.chance(25)) {
        return;
    }
    constexpr std::int64_t extremes[] = {std::numeric_limits<std::int64_t>::min(),
                                         std::numeric_limits<std::int64_t>::max(),
                                         -62'167'219'200 * second_us,
                                         253'402'300'799 * second_us,
                                         946'684'800 * second_us,
                                         4'102'444'800 * second_us};
    switch (random_.below(9)) {
        case 0: envelope.occurred_at_us = extremes[random_.below(std::size(extremes))]; return;
        case 1: envelope.key = {}; return;
        case 2: envelope.sequence = random_.chance(500) ? 0 : random_.next(); return;
        case 3: envelope.sequence = random_.between<std::uint64_t>(1, envelope.sequence); return;
        case 4: envelope.sequence += random_.between<std::uint64_t>(1, 5'000); return;
        case 5: envelope.epoch = random_.between<std::uint32_t>(0, envelope.epoch); return;
        case 6: envelope.source = random_.between<std::uint16_t>(0, 12); return;
        case 7: envelope.programme = random_.between<std::uint32_t>(0, 90); return;
        default: {
            const auto what = random_.below(4);
            envelope.with_origin = what != 0;
            envelope.with_key = what != 1;
            envelope.with_body = what != 2;
            if (what == 3) {
                envelope.kind = static_cast<std::uint8_t>(random_.below(256));
            }
        }
    }
}

// Something that was said before: exactly, under a new number, or with one detail changed.
void World::say_again() {
    if (memory_.empty()) {
        return;
    }
    Said said = memory_[random_.below(memory_.size())];
    Speaker& again = speaker(said.envelope.programme, said.envelope.source);
    const auto how = random_.below(10);
    if (how >= 3) {
        said.envelope.epoch = again.epoch;
        said.envelope.sequence = ++again.last;
    }
    if (how == 8) {
        said.envelope.occurred_at_us = occurred();
    }
    if (how == 9) {
        said.envelope.source = voice_of(random_.between<std::uint16_t>(1, 3)).source;
    }
    if (how >= 5) {
        sign(said.envelope);
    }
    publish(said.envelope, said.body);
}

void World::publish(const Envelope& envelope, const Body& body) {
    reference::Input input;
    input.key = support::record_key(envelope.programme);
    input.value = support::event_bytes(envelope, body);
    // Damage could commit a draw to a chain, or a source to a key, that nobody knows.
    const bool whole = std::holds_alternative<support::InstantDrawOpened>(body) ||
                       std::holds_alternative<support::SourceRegistered>(body) ||
                       std::holds_alternative<support::SourceKeyAdded>(body);
    if (!steady_ && !whole && random_.chance(options_.broken)) {
        input = broken(std::move(input));
    }
    if (!steady_ && random_.chance(60)) {
        held_.push_back({records_.size() + random_.between<std::size_t>(1, 25), std::move(input)});
        return;
    }
    append(std::move(input));
}

void World::release() {
    std::vector<Held> still;
    std::vector<Held> due;
    for (Held& held : held_) {
        (held.release_at <= records_.size() ? due : still).push_back(std::move(held));
    }
    held_ = std::move(still);
    for (Held& held : due) {
        append(std::move(held.input));
    }
}

void World::append(reference::Input input) {
    offset_ += random_.chance(50) ? random_.between<std::int64_t>(1, 9) : 1;
    input.offset = offset_;
    // Brokers of a cluster do not agree on the second.
    const std::int64_t skew_us = random_.between<std::int64_t>(0, 3 * second_us);
    input.timestamp_us = (log_time_us_ - skew_us) / 1'000 * 1'000;
    if (!steady_ && random_.chance(3)) {
        // A producer's clock before it was set; the far future ends all lateness, so in few runs
        // only.
        const bool far = options_.seed % 20 == 0 && random_.chance(300);
        input.timestamp_us = far ? 9'223'372'036'854'775'000 : -1'000 * random_.between(0, 1);
    }
    input.partition = shard_.partition;
    input.partitions = shard_.partitions;
    if (options_.tally == nullptr) {
        answers_.push_back(oracle_.apply(input));
    } else {
        const reference::Situation situation = reference::situation_of(oracle_, input);
        answers_.push_back(oracle_.apply(input));
        options_.tally->count(situation, answers_.back());
    }
    learn(answers_.back());
    records_.push_back(std::move(input));
}

// A publisher reads its refusals: one that was fenced or ran out of its window begins a new epoch.
void World::learn(const reference::Answer& answer) {
    if (answer.reason != wire::Reason::epoch_fenced &&
        answer.reason != wire::Reason::sequence_beyond_window &&
        answer.reason != wire::Reason::sequence_conflict) {
        return;
    }
    // A programme that was not even opened remembers no numbers.
    const reference::Programme* programme = oracle_.programme(answer.programme);
    if (programme == nullptr) {
        return;
    }
    const reference::Source& source = programme->sources.at(answer.source);
    Speaker& publisher = speaker(answer.programme, answer.source);
    publisher.epoch = source.epoch.value_or(1);
    publisher.last = source.high;
    if (answer.reason == wire::Reason::sequence_beyond_window && publisher.epoch < 0xffff'fffe) {
        ++publisher.epoch;
        publisher.last = 0;
    }
}

reference::Input World::broken(reference::Input input) {
    std::string& value = *input.value;
    const auto position = [&] { return static_cast<std::size_t>(random_.below(value.size())); };
    switch (random_.below(12)) {
        case 0: input.key.reset(); break;
        case 1: input.key = std::to_string(random_.below(100)); break;
        case 2: input.value.reset(); break;
        case 3: value.clear(); break;
        case 4: value.resize(position()); break;
        case 5: value.append(random_.between<std::size_t>(1, 12), '\0'); break;
        case 6: value += static_cast<char>(random_.below(256)); break;
        case 7: value.resize(random_.chance(500) ? 65'535 : 65'536); break;
        case 8:
            value.resize(random_.between<std::size_t>(1, 300));
            for (char& c : value) {
                c = static_cast<char>(random_.below(256));
            }
            break;
        default: {
            const auto flips = random_.between<std::size_t>(1, 3);
            for (std::size_t i = 0; i < flips; ++i) {
                const std::size_t at = position();
                value[at] = static_cast<char>(static_cast<unsigned char>(value[at]) ^
                                              (1U << random_.below(8)));
            }
        }
    }
    return input;
}

}  // namespace fiscus::property

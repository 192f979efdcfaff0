#include "tests/simulation/troubles.h"

#include <algorithm>
#include <string_view>

namespace fiscus::simulation {
namespace {

Fate of_node(NodeProcess& process) {
    return {.process = process,
            .node = &process,
            .who = "a node",
            .deeds = 340,
            .starts = 60,
            .sleeps = 10,
            .leaves = 5,
            .flushes = 20,
            .steps = 400};
}

Fate of_engine(EngineProcess& process, std::uint64_t deeds, std::uint64_t starts) {
    return {.process = process,
            .who = "an engine",
            .deeds = deeds,
            .starts = starts,
            .sleeps = 10,
            .flushes = 20,
            .steps = 400};
}

}  // namespace

std::vector<Fate> fates_apart(EngineProcess& first,
                              EngineProcess& second,
                              StatisticsProcess& statistics) {
    return {of_engine(first, 300, 250),
            of_engine(second, 180, 0),
            {.process = statistics,
             .who = "the statistics",
             .deeds = 250,
             .starts = 300,
             .flushes = 20}};
}

std::vector<Fate> fates_of_pair(NodeProcess& first, NodeProcess& second, EngineProcess& rival) {
    return {of_node(first), of_node(second), of_engine(rival, 50, 0)};
}

Troubles choose_troubles(property::Random& random, std::vector<Fate>& fates) {
    const auto some = [&random](std::uint64_t most) {
        return random.chance(400) ? 0 : random.below(most);
    };
    Troubles troubles;
    troubles.log = {.unavailable = some(15),
                    .lost_answer = some(120),
                    .nothing_yet = some(400),
                    .hole = some(60),
                    .note_lost = some(200),
                    .note_old = some(200)};
    troubles.without_rights = some(300);
    for (Fate& fate : fates) {
        fate.disk = {.failing = some(8), .slow = some(30), .power = some(6)};
        fate.unreadable = some(12);
    }
    troubles.kills = some(40);
    troubles.rivals = some(60);
    troubles.first_stands_by = !random.chance(250);
    troubles.handovers = some(400);
    troubles.checkpoints = random.chance(200) ? 250 : 0;
    troubles.harms = random.chance(250) ? random.between(1, 2) : 0;
    troubles.harm_at = random.below(600);
    return troubles;
}

void spare(const std::vector<std::string>& spared, Troubles& troubles, std::vector<Fate>& fates) {
    const auto is_spared = [&spared](std::string_view trouble) {
        return std::find(spared.begin(), spared.end(), trouble) != spared.end();
    };
    troubles.log = is_spared("cluster") ? LogFaults{} : troubles.log;
    if (is_spared("notes")) {
        troubles.log.note_lost = 0;
        troubles.log.note_old = 0;
        troubles.without_rights = 0;
    }
    troubles.kills = is_spared("kills") ? 0 : troubles.kills;
    troubles.rivals = is_spared("rivals") ? 0 : troubles.rivals;
    troubles.harms = is_spared("damage") ? 0 : troubles.harms;
    troubles.handovers = is_spared("handovers") ? 0 : troubles.handovers;
    troubles.checkpoints = is_spared("checkpoints") ? 0 : troubles.checkpoints;
    for (Fate& fate : fates) {
        fate.disk = is_spared("disk") ? DiskFaults{} : fate.disk;
        fate.unreadable = is_spared("disk") ? 0 : fate.unreadable;
        fate.sleeps = is_spared("sleep") ? 0 : fate.sleeps;
    }
}

}  // namespace fiscus::simulation

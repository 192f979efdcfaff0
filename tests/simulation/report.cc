#include "tests/simulation/report.h"

#include <nlohmann/json.hpp>

namespace fiscus::simulation {

void Totals::add(const Report& report) {
    ++seeds;
    steps += report.steps;
    simulation::add(happened, report.happened);
    simulation::add(faults, report.faults);
}

std::string json_of(const Totals& totals) {
    nlohmann::ordered_json json;
    json["seeds"] = totals.seeds;
    json["steps"] = totals.steps;
    json["faults"] = nlohmann::ordered_json::object();
    for (const auto& [what, count] : totals.faults) {
        json["faults"][what] = count;
    }
    json["happened"] = nlohmann::ordered_json::object();
    for (const auto& [what, count] : totals.happened) {
        json["happened"][what] = count;
    }
    return json.dump(1) + '\n';
}

}  // namespace fiscus::simulation

#include "engine/draw/outcome.h"

#include <unordered_set>
#include <utility>

#include "engine/base/time.h"

namespace fiscus::draw {
namespace {

struct ConsumerHash {
    // Tokens are hashes themselves.
    std::size_t operator()(const Id128& id) const { return static_cast<std::size_t>(id.lo); }
};

void add_receipt(Outcome& outcome, const DrawInput& input, std::size_t position) {
    outcome.receipts +=
        receipt_line(position, input.list.lines[position], input.tree.proof(position)) + "\n";
}

// Of the lines of result.txt.
Result<Digest> result_root(HashKind hash, const Outcome& outcome) {
    FISCUS_ASSIGN(const auto lines, lines_of(BundleFile::result, outcome.result));
    return tree_of(hash, lines).root();
}

std::vector<TierFigures> figures_of(std::size_t tiers) {
    std::vector<TierFigures> figures(tiers);
    for (std::size_t i = 0; i < tiers; ++i) {
        figures[i].tier = static_cast<std::uint32_t>(i + 1);
    }
    return figures;
}

Result<Outcome> batch_outcome(const DrawInput& input,
                              const BatchRules& rules,
                              std::span<const Ticket> tickets) {
    const BatchEntropy entropy{input.entropy.secret, input.entropy.digits,
                               input.entropy.public_value};
    BatchResult page;
    page.entropy_sha256 = input.entropy_sha256;
    page.seed = seed_of(rules.hash, rules.batch, {input.sealed.root, tickets.size()}, entropy);
    page.tiers = figures_of(rules.plan.tiers.size());
    FISCUS_ASSIGN(const auto places,
                  rank(rules.hash, page.seed, tickets, rules.plan, input.compared_bytes));
    Outcome outcome;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Place& place = places[i];
        const Amount amount = rules.plan.prize(place.tier);
        if (place.tier == 0) {
            ++page.reserves;
        } else {
            TierFigures& tier = page.tiers[place.tier - 1];
            ++tier.awarded;
            tier.awarded_amount += amount;
            ++page.awarded;
            page.awarded_amount += amount;
        }
        outcome.result +=
            result_line(i + 1, place, tickets[place.ticket], amount, input.compared_bytes) + "\n";
        add_receipt(outcome, input, place.ticket);
    }
    FISCUS_ASSIGN(page.root, result_root(rules.hash, outcome));
    outcome.result_page = page_of(page);
    return outcome;
}

Result<Outcome> day_outcome(const DrawInput& input,
                            const DayRules& rules,
                            std::span<const DayRequest> requests) {
    const std::vector<Decision> decisions = decide_day(
        rules, requests, input.sealed.day, input.entropy.secret, input.entropy.public_value);
    DayResult page;
    page.entropy_sha256 = input.entropy_sha256;
    page.tiers = figures_of(rules.tiers.size());
    Outcome outcome;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        const Decision& decision = decisions[i];
        ++page.outcomes[static_cast<std::size_t>(decision.outcome)];
        if (decision.outcome == DrawOutcome::won) {
            TierFigures& tier = page.tiers[decision.tier - 1];
            ++tier.awarded;
            tier.awarded_amount += decision.amount;
            page.awarded_amount += decision.amount;
            add_receipt(outcome, input, i);
        }
        outcome.result += result_line(i + 1, requests[i], decision) + "\n";
    }
    FISCUS_ASSIGN(page.root, result_root(rules.hash, outcome));
    outcome.result_page = page_of(page);
    return outcome;
}

}  // namespace

Result<DrawList> list_from(std::string_view text, DrawKind kind) {
    DrawList list;
    FISCUS_ASSIGN(list.lines, lines_of(BundleFile::list, text));
    if (kind == DrawKind::batch) {
        FISCUS_ASSIGN(list.entries, tickets_from(list.lines));
    } else {
        FISCUS_ASSIGN(list.entries, requests_from(list.lines));
    }
    return list;
}

std::vector<Decision> decide_day(const DayRules& rules,
                                 std::span<const DayRequest> requests,
                                 std::int32_t day,
                                 const Digest& key,
                                 std::string_view public_value) {
    InstantChance chance(rules.hash, key, rules.programme, day, public_value);
    std::vector<std::uint64_t> given(rules.tiers.size());
    std::unordered_set<Id128, ConsumerHash> won_today;
    std::vector<Decision> decisions;
    decisions.reserve(requests.size());
    for (const DayRequest& request : requests) {
        const Standing standing{
            .won_today = won_today.contains(request.request.consumer),
            .wins_before = request.wins_before,
            .wins_max = rules.wins_max,
            .time_of_day_us = request.occurred_us - start_of_day_us(day),
            .given = given,
        };
        decisions.push_back(decide(chance, rules.tiers, request.request, standing));
        if (decisions.back().outcome == DrawOutcome::won) {
            ++given[decisions.back().tier - 1];
            won_today.insert(request.request.consumer);
        }
    }
    return decisions;
}

Result<Outcome> outcome_of(const DrawInput& input) {
    if (const auto* const rules = std::get_if<BatchRules>(&input.rules)) {
        return batch_outcome(input, *rules, std::get<std::vector<Ticket>>(input.list.entries));
    }
    return day_outcome(input, std::get<DayRules>(input.rules),
                       std::get<std::vector<DayRequest>>(input.list.entries));
}

}  // namespace fiscus::draw

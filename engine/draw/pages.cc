// The pages of a bundle, field by field: each visit is the page's layout, for writing and for
// reading.
#include <optional>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/draw/algorithm.h"
#include "engine/draw/bundle.h"
#include "engine/draw/limits.h"
#include "engine/draw/page.h"

namespace fiscus::draw {
namespace {

constexpr std::string_view format_name = "fiscus-draw-1";
constexpr NumberRange fen_range{1, static_cast<std::uint64_t>(prize_fen_max)};
constexpr NumberRange places_range{0, places_max};
constexpr NumberRange digits_range{digits_min, digits_max};

void visit_head(Page& page, DrawKind kind, HashKind hash) {
    page.constant("format", format_name);
    page.constant("kind", kind == DrawKind::batch ? "batch" : "day");
    page.constant("algorithm", algorithm_id(kind, hash));
}

void visit(Page& page, BatchRules& rules) {
    page.begin();
    visit_head(page, DrawKind::batch, rules.hash);
    page.id("programme", rules.batch.programme);
    page.id("batch", rules.batch.batch);
    page.text("title", rules.title);
    std::uint32_t number = 0;
    std::uint64_t places = 0;
    page.list("tiers", rules.plan.tiers, tiers_max, [&](Page& item, Tier& tier) {
        std::uint32_t told = ++number;
        item.small_number("tier", told, {number, number});
        item.small_number("count", tier.count, {1, places_max});
        item.amount("amount_fen", tier.amount, fen_range);
        places += tier.count;
    });
    page.small_number("reserves", rules.plan.reserves, places_range);
    page.digest("commitment", rules.commitment);
    page.text("digits_source", rules.digits_source);
    page.instant("digits_at", rules.digits_at_us);
    page.text("public_value_source", rules.public_value_source);
    page.instant("public_value_at", rules.public_value_at_us);
    page.end();
    page.finish();
    if (rules.plan.tiers.empty() || places + rules.plan.reserves > places_max) {
        page.fail("1 tier at least, and no more prizes and reserves than a list has lines");
    }
}

void visit(Page& page, InstantTier& tier, std::uint32_t number) {
    page.small_number("tier", number, {number, number});
    page.text("pack", tier.pack);
    page.large_number("chance", tier.chance, {});
    page.flag("moves_on", tier.moves_on);
    std::uint64_t weights = 0;
    page.list("amounts", tier.amounts, amounts_max, [&](Page& item, WeightedAmount& one) {
        item.amount("amount_fen", one.amount, fen_range);
        item.large_number("weight", one.weight, {1, weights_max - weights});
        weights += one.weight;
    });
    std::int64_t before = -1;
    page.list("releases", tier.releases, releases_max, [&](Page& item, Release& release) {
        item.time_of_day("at", release.at_us);
        item.number("count", release.count, places_range);
        if (release.at_us <= before) {
            item.fail("releases in the order of their times");
        }
        before = release.at_us;
    });
    if (tier.amounts.empty()) {
        page.fail("1 amount at least");
    }
}

void visit(Page& page, DayRules& rules) {
    page.begin();
    visit_head(page, DrawKind::day, rules.hash);
    page.id("programme", rules.programme);
    page.text("title", rules.title);
    page.date("first_day", rules.first_day);
    page.small_number("days", rules.days, {1, chain_days_max});
    page.digest("chain_head", rules.chain_head);
    page.text("public_value_source", rules.public_value_source);
    page.small_number("wins_max", rules.wins_max, {0, UINT32_MAX});
    std::uint32_t number = 0;
    std::uint64_t chances = 0;
    page.list("tiers", rules.tiers, tiers_max, [&](Page& item, InstantTier& tier) {
        visit(item, tier, ++number);
        if (__builtin_add_overflow(chances, tier.chance, &chances)) {
            item.fail("chances that add up to less than 2^64");
        }
    });
    page.end();
    page.finish();
    if (rules.tiers.empty()) {
        page.fail("1 tier at least");
    }
}

void visit(Page& page, Sealed& sealed, DrawKind kind) {
    page.begin();
    page.digest("rules_sha256", sealed.rules_sha256);
    if (kind == DrawKind::day) {
        page.date("day", sealed.day);
    }
    page.instant("sealed_at", sealed.sealed_at_us);
    page.number("count", sealed.count, {0, list_lines_max});
    page.digest("root", sealed.root);
    page.digest("list_sha256", sealed.list_sha256);
    page.digest("list_sm3", sealed.list_sm3);
    page.end();
    page.finish();
}

void visit(Page& page, Entropy& entropy, DrawKind kind) {
    page.begin();
    page.digest("sealed_sha256", entropy.sealed_sha256);
    page.instant("opened_at", entropy.opened_at_us);
    if (kind == DrawKind::batch) {
        page.digest("secret", entropy.secret);
        page.digits("digits", entropy.digits, digits_range);
    } else {
        page.digest("key", entropy.secret);
        page.date("public_value_day", entropy.public_value_day);
    }
    page.ascii("public_value", entropy.public_value, public_value_bytes_max);
    page.end();
    page.finish();
}

void visit(Page& page, std::vector<TierFigures>& tiers) {
    page.list("tiers", tiers, tiers_max, [](Page& item, TierFigures& tier) {
        item.small_number("tier", tier.tier, {});
        item.number("awarded", tier.awarded, {});
        item.amount("awarded_fen", tier.awarded_amount, {});
    });
}

void visit(Page& page, BatchResult& result) {
    page.begin();
    page.digest("entropy_sha256", result.entropy_sha256);
    page.digest("seed", result.seed);
    page.digest("root", result.root);
    page.number("awarded", result.awarded, {});
    page.amount("awarded_fen", result.awarded_amount, {});
    page.number("reserves", result.reserves, {});
    visit(page, result.tiers);
    page.end();
    page.finish();
}

void visit(Page& page, DayResult& result) {
    page.begin();
    page.digest("entropy_sha256", result.entropy_sha256);
    page.digest("root", result.root);
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
        page.number(outcome_word(static_cast<DrawOutcome>(i)), result.outcomes[i], {});
    }
    page.amount("awarded_fen", result.awarded_amount, {});
    visit(page, result.tiers);
    page.end();
    page.finish();
}

Error not_as_described(BundleFile file, const std::string& trouble) {
    return {ErrorCode::corrupt, fmt::format("{} is not as the format says", file_name(file)),
            trouble, "Get the file again from where it was published."};
}

template <typename Value, typename... More>
std::string written(const Value& value, More... more) {
    Page page;
    Value copy = value;
    visit(page, copy, more...);
    return page.written();
}

template <typename Value, typename... More>
Result<Value> read(BundleFile file, std::string_view text, Value value, More... more) {
    Page page(text);
    visit(page, value, more...);
    if (page.trouble()) {
        return not_as_described(file, *page.trouble());
    }
    return value;
}

// What rules.json says of itself in its first lines.
std::optional<Algorithm> announced(std::string_view page) {
    constexpr std::string_view field = "\n  \"algorithm\": \"";
    const std::size_t at = page.find(field);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = page.substr(at + field.size());
    return algorithm_from_id(rest.substr(0, rest.find('"')));
}

}  // namespace

HashKind hash_of_rules(const Rules& rules) {
    return std::visit([](const auto& one) { return one.hash; }, rules);
}

std::string page_of(const Rules& rules) {
    return std::visit([](const auto& one) { return written(one); }, rules);
}

std::string page_of(const Sealed& sealed, DrawKind kind) { return written(sealed, kind); }

std::string page_of(const Entropy& entropy, DrawKind kind) { return written(entropy, kind); }

std::string page_of(const BatchResult& result) { return written(result); }

std::string page_of(const DayResult& result) { return written(result); }

Result<Rules> rules_from(std::string_view page) {
    const auto algorithm = announced(page);
    if (!algorithm) {
        return not_as_described(BundleFile::rules, "it names no algorithm of this format");
    }
    if (algorithm->kind == DrawKind::batch) {
        BatchRules rules;
        rules.hash = algorithm->hash;
        FISCUS_ASSIGN(rules, read(BundleFile::rules, page, std::move(rules)));
        return Rules(std::move(rules));
    }
    DayRules rules;
    rules.hash = algorithm->hash;
    FISCUS_ASSIGN(rules, read(BundleFile::rules, page, std::move(rules)));
    return Rules(std::move(rules));
}

Result<Sealed> sealed_from(std::string_view page, DrawKind kind) {
    return read(BundleFile::sealed, page, Sealed{}, kind);
}

Result<Entropy> entropy_from(std::string_view page, DrawKind kind) {
    return read(BundleFile::entropy, page, Entropy{}, kind);
}

}  // namespace fiscus::draw

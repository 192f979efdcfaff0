#include "engine/draw/verify_bundle.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/time.h"
#include "engine/draw/algorithm.h"
#include "engine/draw/bundle_files.h"
#include "engine/draw/limits.h"
#include "engine/draw/outcome.h"

namespace fiscus::draw {
namespace {

constexpr std::string_view edited_hint =
    "One of the files was edited after it was made: ask for the bundle that was published.";

Error differs(std::string what, std::string why) {
    return {ErrorCode::diverged, std::move(what), std::move(why), std::string(edited_hint)};
}

std::string entries_text(std::uint64_t count) {
    return fmt::format("{} {}", count, count == 1 ? "entry" : "entries");
}

using Found = Result<std::string>;

class Verifier {
public:
    Verifier(const Bundle& bundle, std::size_t compared_bytes)
        : bundle_(bundle), compared_bytes_(compared_bytes) {}

    Verdict run() {
        Verdict verdict;
        const std::vector<std::pair<std::string_view, std::function<Found()>>> checks = {
            {"files", [this] { return files(); }},
            {"manifest", [this] { return manifest(); }},
            {"rules", [this] { return rules(); }},
            {"list", [this] { return list(); }},
            {"sealed", [this] { return sealed(); }},
            {"count", [this] { return count(); }},
            {"hashes", [this] { return list_hashes(); }},
            {"root", [this] { return root(); }},
            {"entropy", [this] { return entropy(); }},
            {"times", [this] { return times(); }},
            {"secret", [this] { return secret(); }},
            {"result", [this] { return result(); }},
            {"figures", [this] { return figures(); }},
            {"receipts", [this] { return receipts(); }},
        };
        for (const auto& [name, check] : checks) {
            Found found = check();
            if (!found) {
                verdict.difference = Difference{name, std::move(found).error()};
                break;
            }
            verdict.passed.push_back({name, std::move(found).value()});
        }
        return verdict;
    }

private:
    [[nodiscard]] const std::string& text(BundleFile file) const { return bundle_[file]; }
    [[nodiscard]] Digest sha256_of(BundleFile file) const {
        return sha256(as_byte_span(text(file)));
    }
    [[nodiscard]] const BatchRules* batch() const { return std::get_if<BatchRules>(&*rules_); }
    [[nodiscard]] DrawKind kind() const {
        return batch() != nullptr ? DrawKind::batch : DrawKind::day;
    }

    Found files() {
        for (std::size_t i = 0; i < bundle_files; ++i) {
            const auto file = static_cast<BundleFile>(i);
            if (text(file).size() > file_bytes_max(file)) {
                return file_too_large(file);
            }
        }
        return std::string("nine files, none above its limit");
    }

    Found manifest() {
        const std::string expected = manifest_of(bundle_);
        if (const auto trouble = first_difference(text(BundleFile::manifest), expected)) {
            return differs("SHA256SUMS does not fit the files", *trouble);
        }
        return fmt::format("eight files have the hashes of SHA256SUMS, whose own is {}",
                           to_hex(sha256_of(BundleFile::manifest)));
    }

    Found rules() {
        auto rules = rules_from(text(BundleFile::rules));
        if (!rules) {
            return std::move(rules).error();
        }
        rules_ = std::move(rules).value();
        return fmt::format("{}, committed to {}", algorithm_id(kind(), hash_of_rules(*rules_)),
                           to_hex(batch() != nullptr ? batch()->commitment
                                                     : std::get<DayRules>(*rules_).chain_head));
    }

    Found list() {
        FISCUS_ASSIGN(list_, list_from(text(BundleFile::list), kind()));
        if (batch() != nullptr) {
            FISCUS_TRY(check_list(std::get<std::vector<Ticket>>(list_.entries)));
        }
        return batch() != nullptr
                   ? fmt::format("{}, in order, none twice", entries_text(list_.lines.size()))
                   : entries_text(list_.lines.size());
    }

    Found sealed() {
        FISCUS_ASSIGN(sealed_, sealed_from(text(BundleFile::sealed), kind()));
        if (sealed_.rules_sha256 != sha256_of(BundleFile::rules)) {
            return differs("the list was sealed under other rules",
                           "sealed.json names another hash than that of rules.json");
        }
        if (batch() == nullptr) {
            const auto& rules = std::get<DayRules>(*rules_);
            if (sealed_.day < rules.first_day ||
                sealed_.day - rules.first_day >= static_cast<std::int64_t>(rules.days)) {
                return differs(
                    "the sealed day is none of the programme's draws",
                    fmt::format("{} is outside of the {} days from {} on", date_text(sealed_.day),
                                rules.days, date_text(rules.first_day)));
            }
            FISCUS_TRY(
                check_requests(std::get<std::vector<DayRequest>>(list_.entries), sealed_.day));
        }
        return std::string("sealed under these rules");
    }

    Found count() {
        if (sealed_.count != list_.lines.size()) {
            return differs("the list was edited after it was sealed",
                           fmt::format("sealed.json counts {}, list.txt has {}",
                                       entries_text(sealed_.count), list_.lines.size()));
        }
        return fmt::format("{} as sealed", entries_text(sealed_.count));
    }

    Found list_hashes() {
        const Bytes bytes = as_byte_span(text(BundleFile::list));
        if (sealed_.list_sha256 != sha256(bytes) ||
            sealed_.list_sm3 != hash_of(HashKind::sm3, bytes)) {
            return differs("the list was edited after it was sealed",
                           "SHA-256 or SM3 of list.txt is not the one of sealed.json");
        }
        return std::string("SHA-256 and SM3 of list.txt as sealed");
    }

    Found root() {
        tree_.emplace(tree_of(hash_of_rules(*rules_), list_.lines));
        const Digest root = tree_->root();
        if (sealed_.root != root) {
            return differs("the list was edited after it was sealed",
                           fmt::format("its Merkle root is {}, sealed.json says {}", to_hex(root),
                                       to_hex(sealed_.root)));
        }
        return fmt::format("Merkle root {}", to_hex(root));
    }

    Found entropy() {
        FISCUS_ASSIGN(entropy_, entropy_from(text(BundleFile::entropy), kind()));
        if (entropy_.sealed_sha256 != sha256_of(BundleFile::sealed)) {
            return differs("the entropy was published for another sealed list",
                           "entropy.json names another hash than that of sealed.json");
        }
        return std::string("published for this sealed list");
    }

    Found times() {
        std::int64_t earliest_us = sealed_.sealed_at_us;
        if (const BatchRules* const rules = batch()) {
            if (rules->digits_at_us <= sealed_.sealed_at_us ||
                rules->public_value_at_us <= sealed_.sealed_at_us) {
                return differs("entropy was named for a time before the sealing",
                               "digits and public value must come after sealed_at");
            }
            earliest_us = std::max(rules->digits_at_us, rules->public_value_at_us);
        } else {
            if (sealed_.sealed_at_us < start_of_day_us(sealed_.day + 1)) {
                return differs("the day was sealed before it ended",
                               fmt::format("{} ends after sealed_at", date_text(sealed_.day)));
            }
            if (entropy_.public_value_day != sealed_.day - 1) {
                return differs(
                    "the public value is not that of the day before",
                    fmt::format("it is of {}, the draws are of {}",
                                date_text(entropy_.public_value_day), date_text(sealed_.day)));
            }
        }
        if (entropy_.opened_at_us < earliest_us) {
            return differs("entropy was opened too early",
                           "opened_at lies before the sealing or a time that the rules name");
        }
        return std::string("entropy came after the list was sealed");
    }

    Found secret() {
        if (const BatchRules* const rules = batch()) {
            FISCUS_TRY(check_secret(rules->hash, rules->batch, entropy_.secret, rules->commitment));
            return std::string("the opened secret is the committed one");
        }
        const auto& rules = std::get<DayRules>(*rules_);
        const auto number = static_cast<std::uint32_t>(sealed_.day - rules.first_day + 1);
        FISCUS_TRY(check_key(rules.hash, rules.chain_head, rules.days, number, entropy_.secret));
        return fmt::format("the opened key is that of day {} of the chain", number);
    }

    Found result() {
        FISCUS_ASSIGN(outcome_, outcome_of({*rules_, list_, sealed_, *tree_, entropy_,
                                            sha256_of(BundleFile::entropy), compared_bytes_}));
        return same(BundleFile::result, outcome_.result, "recomputed");
    }

    Found figures() {
        return same(BundleFile::result_page, outcome_.result_page, "sums and root recomputed");
    }

    Found receipts() {
        return same(BundleFile::receipts, outcome_.receipts, "each leads to the sealed root");
    }

    Found same(BundleFile file, const std::string& expected, std::string_view sentence) {
        if (const auto trouble = first_difference(text(file), expected)) {
            return differs(
                fmt::format("{} differs from what follows from the entropy", file_name(file)),
                *trouble);
        }
        return fmt::format("{} lines of {}: {}", std::ranges::count(expected, '\n'),
                           file_name(file), sentence);
    }

    const Bundle& bundle_;
    std::size_t compared_bytes_;
    std::optional<Rules> rules_;
    DrawList list_;
    Sealed sealed_;
    std::optional<MerkleTree> tree_;
    Entropy entropy_;
    Outcome outcome_;
};

}  // namespace

Verdict verify(const Bundle& bundle, std::size_t compared_bytes) {
    return Verifier(bundle, compared_bytes).run();
}

Result<Verdict> verify_directory(const std::filesystem::path& directory,
                                 std::size_t compared_bytes) {
    auto bundle = read_bundle(directory);
    if (bundle) {
        return verify(*bundle, compared_bytes);
    }
    if (bundle.error().code != ErrorCode::diverged) {
        return std::move(bundle).error();
    }
    Verdict verdict;
    verdict.difference = Difference{"files", std::move(bundle).error()};
    return verdict;
}

}  // namespace fiscus::draw

#include "engine/draw/make_bundle.h"

#include <utility>

#include "engine/draw/bundle_files.h"
#include "engine/draw/outcome.h"
#include "engine/draw/verify_bundle.h"

namespace fiscus::draw {
namespace {

// `sealed` and `entropy` come with what the caller knows; hashes and figures are filled in here.
Result<Bundle> assembled(const Rules& rules,
                         std::string list_text,
                         Sealed sealed,
                         Entropy entropy,
                         std::size_t compared_bytes) {
    const DrawKind kind =
        std::holds_alternative<BatchRules>(rules) ? DrawKind::batch : DrawKind::day;
    Bundle bundle;
    bundle[BundleFile::readme] = readme_of(rules);
    bundle[BundleFile::rules] = page_of(rules);
    bundle[BundleFile::list] = std::move(list_text);
    // Before anything is computed from them: text that may stand in a page, numbers in their range.
    FISCUS_TRY(rules_from(bundle[BundleFile::rules]));
    const Bytes list_bytes = as_byte_span(bundle[BundleFile::list]);
    FISCUS_ASSIGN(const DrawList list, list_from(bundle[BundleFile::list], kind));
    const MerkleTree tree = tree_of(hash_of_rules(rules), list.lines);
    sealed.rules_sha256 = sha256(as_byte_span(bundle[BundleFile::rules]));
    sealed.count = list.lines.size();
    sealed.root = tree.root();
    sealed.list_sha256 = sha256(list_bytes);
    sealed.list_sm3 = hash_of(HashKind::sm3, list_bytes);
    bundle[BundleFile::sealed] = page_of(sealed, kind);
    entropy.sealed_sha256 = sha256(as_byte_span(bundle[BundleFile::sealed]));
    bundle[BundleFile::entropy] = page_of(entropy, kind);
    FISCUS_TRY(entropy_from(bundle[BundleFile::entropy], kind));
    FISCUS_ASSIGN(Outcome outcome,
                  outcome_of({rules, list, sealed, tree, entropy,
                              sha256(as_byte_span(bundle[BundleFile::entropy])), compared_bytes}));
    bundle[BundleFile::result] = std::move(outcome.result);
    bundle[BundleFile::result_page] = std::move(outcome.result_page);
    bundle[BundleFile::receipts] = std::move(outcome.receipts);
    bundle[BundleFile::manifest] = manifest_of(bundle);
    Verdict verdict = verify(bundle, compared_bytes);
    if (verdict.difference) {
        return std::move(verdict.difference->error);
    }
    return bundle;
}

}  // namespace

Result<Bundle> make_bundle(const BatchDraw& draw, std::size_t compared_bytes) {
    FISCUS_TRY(check_list(draw.tickets));
    Sealed sealed;
    sealed.sealed_at_us = draw.sealed_at_us;
    Entropy entropy;
    entropy.opened_at_us = draw.opened_at_us;
    entropy.secret = draw.entropy.secret;
    entropy.digits = draw.entropy.digits;
    entropy.public_value = draw.entropy.public_value;
    return assembled(draw.rules, list_text(draw.tickets), sealed, std::move(entropy),
                     compared_bytes);
}

Result<Bundle> make_bundle(const DayDraw& draw) {
    Sealed sealed;
    sealed.day = draw.day;
    sealed.sealed_at_us = draw.sealed_at_us;
    Entropy entropy;
    entropy.opened_at_us = draw.opened_at_us;
    entropy.secret = draw.key;
    entropy.public_value_day = draw.day - 1;
    entropy.public_value = draw.public_value;
    return assembled(draw.rules, list_text(draw.requests), sealed, std::move(entropy), score_bytes);
}

}  // namespace fiscus::draw

// Target `bundle`: the nine files of a published draw, as a stranger or a forger may hand them to a
// verifier. The input is how deep the forgery goes (0: the files are what they are; 1: SHA256SUMS
// is made anew; 2: every hash between the files is), then each file with its length before it.
// Promises: verifying ends; the first difference has a name and says what it is; a bundle that is
// good is the one that fiscus itself makes of its rules, list and entropy, to the byte.
#include <string>
#include <utility>

#include "engine/draw/bundle_files.h"
#include "engine/draw/outcome.h"
#include "engine/draw/verify_bundle.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"
#include "tests/support/draws.h"

namespace fiscus::fuzz {
namespace {

using draw::Bundle;
using draw::BundleFile;

constexpr std::size_t depths = 3;

void check_pages(const Bundle& bundle) {
    const auto rules = draw::rules_from(bundle[BundleFile::rules]);
    FISCUS_CHECK(rules.ok(), "a good bundle has rules");
    FISCUS_CHECK(draw::page_of(rules.value()) == bundle[BundleFile::rules],
                 "the rules have one form");
    FISCUS_CHECK(draw::manifest_of(bundle) == bundle[BundleFile::manifest],
                 "the manifest is of these files");
}

}  // namespace

void fuzz_bundle(Bytes bytes) {
    Input input(bytes);
    const std::size_t depth = input.below(depths);
    Bundle bundle;
    for (std::size_t i = 0; i < draw::bundle_files; ++i) {
        bundle[static_cast<BundleFile>(i)] = as_text(input.piece());
    }
    if (depth == 1) {
        bundle[BundleFile::manifest] = draw::manifest_of(bundle);
    } else if (depth == 2) {
        support::bind_again(bundle);
    }
    const draw::Verdict verdict = draw::verify(bundle);
    for (const draw::Check& check : verdict.passed) {
        FISCUS_CHECK(!check.name.empty() && !check.found.empty(), "a check says what it found");
    }
    if (verdict.difference) {
        FISCUS_CHECK(!verdict.difference->check.empty(), "the check that failed has a name");
        return check_error(verdict.difference->error);
    }
    check_pages(bundle);
}

}  // namespace fiscus::fuzz

// schema_gate OLD.fbs NEW.fbs: ends with 0 when nothing breaks, with 1 and one line for each change
// that would, with 2 when it is called wrongly.
#include <cstdio>
#include <string>

#include "schemas/gate/gate.h"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs(
            "schema_gate schemas/golden/v1/events.fbs schemas/events.fbs\n"
            "Names every change of the second schema that breaks users of the first.\n",
            stderr);
        return 2;
    }
    const auto findings = fiscus::schema_gate::compare(argv[1], argv[2]);
    for (const auto& finding : findings) {
        std::printf("%s: %s\n", std::string(fiscus::schema_gate::rule_name(finding.rule)).c_str(),
                    finding.what.c_str());
    }
    if (!findings.empty()) {
        std::fputs(
            "schemas/README.md says what may change, and how to make a change that breaks.\n",
            stderr);
    }
    return findings.empty() ? 0 : 1;
}

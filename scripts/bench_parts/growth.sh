# shellcheck shell=bash disable=SC2154 # options and helpers are those of scripts/bench
# scripts/bench --growth: rate, memory, bytes written and compaction debt while the ledger grows, as
# data and as a picture. Sourced by scripts/bench.

print_growth() {
    # Debian's own Python, because Debian's matplotlib is there.
    if ! /usr/bin/python3 -c 'import matplotlib' 2>/dev/null; then scripts/setup --plot; fi
    measured growth-1 build/release/bench/end_to_end/fiscus_end_to_end \
        --events "$events" --memory "$memory" --growth "$raw/growth.csv"
    # Above the setting is a finding, and the only one that is no wrong result.
    if grep '^NO' "$raw/growth-1.txt" | grep -v 'resident memory' >&2; then
        fail "the growing ledger is wrong" "the checks above" "mend it first"
    fi
    echo
    /usr/bin/python3 bench/growth/plot.py "$raw/growth.csv" "$raw/growth.png" --memory "$memory"
    echo
    grep 'resident memory' "$raw/growth-1.txt"
    echo "Data and picture: $raw/growth.csv, $raw/growth.png"
    print_others growth
}

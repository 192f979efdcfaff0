#!/usr/bin/env bash
# A client that is not ours, from the command line: kcat publishes golden bytes, a repeat and
# garbage,
# the engine answers, and kcat reads the statistics topics, which must hold JSON with keys.
#
#   FISCUS_KAFKA    HOST:PORT of a broker that nobody else uses; without it one is started and
# stopped
#   FISCUS_PROGRAM  the built program
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
golden=$root/schemas/golden/v1
fiscus=${FISCUS_PROGRAM:?give the path of the built program}
folder=$(mktemp -d)
own_broker=no

finish() {
    if [[ $own_broker == yes ]]; then "$root/scripts/kafka" down --dir "$folder/broker" || true; fi
    rm -rf "$folder"
}
trap finish EXIT

fail() {
    echo "kcat_test: $*" >&2
    exit 1
}

# expect WHAT FOUND EXPECTED
expect() { [[ $2 == "$3" ]] || fail "$1: found $2, expected $3"; }

command -v kcat >/dev/null || fail "kcat is not installed"
command -v python3 >/dev/null || fail "python3 is not installed"

broker=${FISCUS_KAFKA:-}
if [[ -z $broker ]]; then
    own_broker=yes
    broker=$("$root/scripts/kafka" up --dir "$folder/broker" --port 0)
fi
"$fiscus" topics apply --kafka "$broker" --partitions 2 --replication 1

# The broker stamps these events: what would lose the times of its own is refused, and sends nothing.
cp "$golden/VoucherClaimed.json" "$folder/claim.jsonl"
refused() {
    if "$fiscus" "$@" --kafka "$broker" 2>"$folder/refusal"; then fail "$1 was not refused"; fi
    cat "$folder/refusal"
    grep -q "stamps records itself" "$folder/refusal" || fail "$1 is refused for another reason"
}
refused publish "$folder/claim.jsonl" --backdate
refused generate --events 5000 --seed 1

# Golden bytes go in as they are: the value is the file, the key the programme.
publish() {
    kcat -P -b "$broker" -t fiscus.events.v1 -k 7 -X partitioner=murmur2_random -X acks=all "$1"
}
publish "$golden/ProgrammeOpened.bin"
for kind in PlatformAdmitted SourceRegistered FundDeposited BatchOpened BatchFunded \
    MerchantRegistered ConsumerRegistered VoucherClaimed; do
    publish "$golden/$kind.bin"
done
# A repeat of the last one, and bytes that are no event.
publish "$golden/VoucherClaimed.bin"
printf 'not an event' >"$folder/garbage"
publish "$folder/garbage"

# What kcat reads back is what it wrote.
kcat -C -b "$broker" -t fiscus.events.v1 -o beginning -e -q -f '%p %k %S\n' >"$folder/events"
expect "records of the events topic" "$(wc -l <"$folder/events")" 11
expect "partitions and keys" "$(cut -d' ' -f1,2 <"$folder/events" | sort -u | wc -l)" 1
expect "records with the broker's stamp" "$(kcat -C -b "$broker" -t fiscus.events.v1 -o beginning \
    -e -q -J | grep -c '"tstype":"logappend"')" 11
expect "size of the first value" "$(head -n 1 "$folder/events" | cut -d' ' -f3)" \
    "$(stat -c %s "$golden/ProgrammeOpened.bin")"

"$fiscus" run --kafka "$broker" --state "$folder/state" --until-end
"$fiscus" log dump --kafka "$broker" --topic journal --json >"$folder/journal"
python3 -c '
import json, sys
for line in sys.stdin:
    entry = json.loads(line)
    print(entry["outcome"], entry["reason"] or "none")
' <"$folder/journal" | sort | uniq -c | awk '{print $1, $2, $3}' >"$folder/outcomes"
cat "$folder/outcomes"
grep -q '^1 duplicate none$' "$folder/outcomes" || fail "the repeat is no duplicate"
grep -q '^1 quarantined wrong_identifier$' "$folder/outcomes" || fail "garbage is not quarantined"
grep -q '^9 accepted none$' "$folder/outcomes" || fail "the golden events are not accepted"

# The clock goes on, so the first days are cut and their statistics published.
publish "$golden/ClockAdvanced.bin"
"$fiscus" run --kafka "$broker" --state "$folder/state" --until-end

kcat -C -b "$broker" -t fiscus.statistics.daily.v1 -o beginning -e -q -f '%k\t%s\n' \
    >"$folder/statistics"
(($(wc -l <"$folder/statistics") > 0)) || fail "the statistics topic is empty"
python3 -c '
import json, sys
for line in sys.stdin:
    key, _, row = line.rstrip("\n").partition("\t")
    assert key.isascii() and key.isprintable() and key, f"key {key!r} is not printable"
    row = json.loads(row)
    assert isinstance(row, dict) and not any(isinstance(v, (dict, list)) for v in row.values()), row
' <"$folder/statistics" || fail "a row of the statistics is no flat JSON with a printable key"
kcat -C -b "$broker" -t fiscus.statistics.daily.history.v1 -o beginning -e -q >"$folder/history"
(($(wc -l <"$folder/history") >= $(cut -f1 "$folder/statistics" | sort -u | wc -l))) ||
    fail "the history has fewer rows than the latest"
echo "kcat: $(wc -l <"$folder/events") records published, $(wc -l <"$folder/statistics") rows read"

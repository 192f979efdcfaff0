#!/usr/bin/env bash
# Aim: what both READMEs show of the demo is what the demo prints. Method: runs it with its defaults
# and looks for the two lines that say what came out. FISCUS_PROGRAM names the built program.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
fiscus=${FISCUS_PROGRAM:?give the path of the built program}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$fiscus" demo --keep "$folder/demo" >"$folder/printed" 2>"$folder/notes" || {
    cat "$folder/notes" >&2
    exit 1
}
for page in README.md README.zh-CN.md; do
    for word in entries digest; do
        line=$(grep "^$word " "$folder/printed")
        grep -Fx -- "$line" "$root/$page" >/dev/null || {
            echo "readme_test: $page does not have the line that the demo prints: $line" >&2
            exit 1
        }
    done
done
# The other two months, small: what is published of their draws is right.
for month in "invoices --batch 201" "gift-packs --day 2026-03-15"; do
    read -r programme draw which <<<"$month"
    "$fiscus" demo --programme "$programme" --events 20000 --keep "$folder/$programme" \
        >"$folder/printed" 2>"$folder/notes" || {
        cat "$folder/notes" >&2
        exit 1
    }
    "$fiscus" draw bundle "$draw" "$which" --log "$folder/$programme/log" --out "$folder/$which" \
        2>/dev/null
    "$fiscus" draw verify "$folder/$which" >/dev/null
done

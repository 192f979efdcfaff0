# shellcheck shell=bash disable=SC2154 # options and helpers are those of scripts/bench
# scripts/bench --competing and --draws: one load beside another one, in turn, so that a change of
# the machine's mood meets both. Sourced by scripts/bench.

print_competing() { print_beside competing standard competing; }

# Chances that are asked for beside vouchers that are claimed.
print_draws() { print_beside draws competing gift-packs; }

# print_beside PART BASE OTHER
print_beside() {
    local part=$1 base=$2 other=$3 run load name
    for ((run = 1; run <= runs; ++run)); do
        for load in "$base" "$other"; do
            name=$part-$load-$run
            measured "$name" build/release/bench/end_to_end/fiscus_end_to_end \
                --load "$load" --events "$events" --memory "$memory"
            must_be_right "$name"
            figures_of "$raw/$name.txt" | sed "s/^/${load//-/_}_/"
        done
    done >"$raw/$part.values"
    medians <"$raw/$part.values" >"$raw/$part.medians"
    echo
    echo "| whole job | load $base | least … most | load $other | least … most | times |"
    echo "|---|--:|--:|--:|--:|--:|"
    figures_of "$raw/$part-$base-1.txt" | awk '{ print $1 }' >"$raw/$part.order"
    awk -v base="${base//-/_}_" -v other="${other//-/_}_" "$unit_function"'
        FILENAME ~ /medians$/ { median[$1] = $2; range[$1] = sprintf("%.0f … %.0f", $3, $4); next }
        {
            printf "| %s, %s |", $1, unit($1)
            printf " %.0f | %s |", median[base $1], range[base $1]
            printf " %.0f | %s |", median[other $1], range[other $1]
            printf " %s |\n", median[base $1] ? sprintf("%.2f", median[other $1] / median[base $1]) : "–"
        }' "$raw/$part.medians" "$raw/$part.order"
    echo
    print_others "$part"
}

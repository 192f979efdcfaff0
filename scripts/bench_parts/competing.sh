# shellcheck shell=bash disable=SC2154 # options and helpers are those of scripts/bench
# scripts/bench --competing: competing claims beside the standard load, in turn, so that a change of
# the machine's mood meets both. Sourced by scripts/bench.

print_competing() {
    local run load name
    for ((run = 1; run <= runs; ++run)); do
        for load in standard competing; do
            name=competing-$load-$run
            measured "$name" build/release/bench/end_to_end/fiscus_end_to_end \
                --load "$load" --events "$events" --memory "$memory"
            must_be_right "$name"
            figures_of "$raw/$name.txt" | sed "s/^/${load}_/"
        done
    done >"$raw/competing.values"
    medians <"$raw/competing.values" >"$raw/competing.medians"
    echo
    echo "| whole job | standard load | least … most | competing claims | least … most | times |"
    echo "|---|--:|--:|--:|--:|--:|"
    figures_of "$raw/competing-standard-1.txt" | awk '{ print $1 }' >"$raw/competing.order"
    awk "$unit_function"'
        FILENAME ~ /medians$/ { median[$1] = $2; range[$1] = sprintf("%.0f … %.0f", $3, $4); next }
        {
            printf "| %s, %s |", $1, unit($1)
            printf " %.0f | %s |", median["standard_" $1], range["standard_" $1]
            printf " %.0f | %s |", median["competing_" $1], range["competing_" $1]
            base = median["standard_" $1]
            printf " %s |\n", base ? sprintf("%.2f", median["competing_" $1] / base) : "–"
        }' "$raw/competing.medians" "$raw/competing.order"
    echo
    print_others competing
}

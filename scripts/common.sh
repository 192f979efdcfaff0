# shellcheck shell=bash
# Shared by the scripts of this folder (sourced, never run): the repository's root, messages, help.
# A message on stderr says what failed, why, and what to do; data alone goes to stdout.

script=$(realpath "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

# Unlimited on a workstation, but never more jobs than the memory carries (2 GiB each).
jobs_by_memory() {
    local cores memory_kib by_memory
    cores=$(nproc)
    memory_kib=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
    by_memory=$((memory_kib / 2097152))
    if ((by_memory < 1)); then by_memory=1; fi
    echo $((cores < by_memory ? cores : by_memory))
}

if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain" >&2; }

# fail WHAT WHY HINT
fail() {
    printf '%s: %s\n  why: %s\n  what to do: %s\n' "$(basename "$0")" "$1" "$2" "$3" >&2
    exit 1
}

# The comment at the top of a script is its help.
show_help() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$script"; }

# wrong_option WORD
wrong_option() {
    printf '%s: unknown option %s\n  what to do: scripts/%s --help\n' "$(basename "$0")" "$1" \
        "$(basename "$0")" >&2
    exit 2
}

# quietly LOG COMMAND …: the output goes to LOG; its last lines are shown when the command fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        fail "'$*' failed" "its last lines are above" "read $log and run it again"
    fi
}

# Compiled objects are shared between build folders and survive their removal.
use_ccache() {
    if command -v ccache >/dev/null && [[ -z ${CMAKE_CXX_COMPILER_LAUNCHER:-} ]]; then
        export CMAKE_CXX_COMPILER_LAUNCHER=ccache
        export CCACHE_BASEDIR=$root CCACHE_SLOPPINESS=pch_defines,time_macros
        # It maps this checkout's own path away: the objects of another checkout are the same.
        export CCACHE_IGNOREOPTIONS='-ffile-prefix-map=*'
    fi
}

# What a change broke is to be seen, not what chance finds: that is looked for by scripts/soak.
use_one_seed() { export FISCUS_FAULTS_SEED=${FISCUS_FAULTS_SEED:-1}; }

# For builds that look at each step, not at the odds: what kills and repeats is shorter.
use_small_sizes() {
    export FISCUS_CRASH_EVENTS=60000 FISCUS_CRASH_KILLS=6 FISCUS_SIM_SEEDS=60 \
        FISCUS_CELL_HISTORIES=400
    export FISCUS_CRASH_KAFKA_EVENTS=30000 FISCUS_CRASH_KAFKA_KILLS=3
    export FISCUS_KILL_CYCLES=60 FISCUS_KILL_ODDS_DEATHS=10 FISCUS_BROKER_KILLS=6
    export FISCUS_POWER_FAILURES=60 FISCUS_FAULTS_STRIDE=7 FISCUS_MEMORY_FAULTS=60
    export FISCUS_TAKEOVERS=6 FISCUS_REPLICA_ROUNDS=4
}

# configure PRESET [-DNAME=VALUE …]: only when the build folder is not configured with these yet.
configure() {
    local preset=$1 stamp
    shift
    stamp="build/$preset/.configured-with"
    if [[ -f build/$preset/build.ninja && -f $stamp && $(<"$stamp") == "$*" ]]; then
        return
    fi
    quietly "build/$preset-configure.log" cmake --preset "$preset" "$@"
    printf '%s' "$*" >"$stamp"
}

# Every C++ file of ours, one a line.
cpp_files() {
    find engine projections bench tests \( -name '*.h' -o -name '*.cc' \) \
        -not -path 'tests/compile_fail/*' -not -path 'tests/tidy/fixtures/*' | sort
}

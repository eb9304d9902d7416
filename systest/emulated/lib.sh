# What the scripts of the emulated machine share: each prints lines "ok NAME", "not ok NAME" or "skip NAME: REASON", and a last line
# "end STATUS". Lines after "not ok" that begin with # say what happened.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# The compiler for hot code costs an emulated processor more than it gains.
export OUTRIGGER_JVM_FLAGS="-XX:TieredStopAtLevel=1 ${OUTRIGGER_JVM_FLAGS:-}"
programs=$root/systest/target/material/programs
outrigger=$root/outrigger
folder=$(mktemp -d)
started=() # processes in the background, ended with the script
finished() {
    status=$?
    for pid in "${started[@]}"; do
        kill -9 "$pid" 2> /dev/null
    done
    rm -rf "$folder"
    echo "end $status"
}
trap finished EXIT
cd "$folder" || exit 1

failed() { # NAME TEXT
    echo "not ok $1"
    sed 's/^/#   /' <<< "$2"
}

skip() { # NAME REASON
    echo "skip $1: $2"
}

# check NAME COMMAND...: the command must succeed.
check() {
    local name=$1 text
    shift
    if text=$("$@" 2>&1); then
        echo "ok $name"
    else
        failed "$name" "status $? of: $*
$text"
    fi
}

# equal NAME EXPECTED FOUND
equal() {
    if [ "$2" = "$3" ]; then
        echo "ok $1"
    else
        failed "$1" "expected: $2
found: $3"
    fi
}

# lwk OPTIONS... -- PROGRAM...
lwk() {
    "$outrigger" run "$@"
}

# same NAME CORES [OPTIONS...] -- PROGRAM...: natively on these cores first, which must end with 0, then on the LWK with the options:
# the same output, errors and status.
same() {
    local name=$1 cores=$2 options=() natively lwk status
    shift 2
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    natively=$(timeout 240 taskset -c "$cores" "$@" 2>&1)
    status=$?
    if [ $status -ne 0 ]; then
        failed "$name" "natively, status $status: $natively"
        return
    fi
    lwk=$(timeout 240 "$outrigger" run -c "$cores" "${options[@]}" -- "$@" 2>&1)
    status=$?
    if [ $status -eq 0 ] && [ "$natively" = "$lwk" ]; then
        echo "ok $name"
    else
        failed "$name" "natively: $natively
on the LWK, status $status: $lwk"
    fi
}

# all PROGRAM...: a script that runs these of the test programs, one after the other; for `bash -c`, as each start of the LWK takes long here.
all() {
    local program
    for program in "$@"; do
        echo "echo $program; '$programs/$program' || exit"
    done
}

# await COMMAND...: until the command succeeds, or what it waits for hangs: an emulated processor that others hold up is slow.
await() {
    local end=$((SECONDS + 600))
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

# Huge pages of 2 MiB on a node.
pool() { # NODE [nr_hugepages|free_hugepages]
    cat "/sys/devices/system/node/node$1/hugepages/hugepages-2048kB/${2:-nr_hugepages}"
}

set_pool() { # NODE PAGES
    echo "$2" > "/sys/devices/system/node/node$1/hugepages/hugepages-2048kB/nr_hugepages"
}

# What partitions may change, as text: a snapshot before and one after must be the same.
node_state() {
    local file group
    for file in /proc/irq/*/smp_affinity /proc/irq/default_smp_affinity /sys/devices/virtual/workqueue/cpumask \
        /sys/devices/virtual/workqueue/*/cpumask /sys/devices/system/node/node*/hugepages/*/nr_hugepages \
        /proc/sys/kernel/{sched_rt_runtime_us,numa_balancing,watchdog,soft_watchdog,nmi_watchdog,timer_migration,watchdog_cpumask} \
        /proc/sys/vm/{stat_interval,swappiness,compaction_proactiveness,nr_overcommit_hugepages} \
        /sys/kernel/mm/transparent_hugepage/{enabled,defrag,khugepaged/defrag} /sys/fs/cgroup/cgroup.subtree_control \
        /sys/fs/cgroup/cpuset.cpus.effective; do
        [ ! -r "$file" ] || echo "$file $(tr '\n' ' ' < "$file" 2> /dev/null)"
    done
    find /sys/fs/cgroup -mindepth 1 -type d | sort | while read -r group; do
        echo "$group $(cat "$group"/cpuset.{cpus,mems,cpus.partition} "$group/cgroup.subtree_control" 2> /dev/null | xargs)"
    done
    ps -eo comm,pid | awk '$1 ~ /^(kthreadd|ksoftirqd|rcu|kworker\/u|kswapd|kcompactd|khugepaged|ksmd|oom_reaper|writeback)/ { print $2 }' |
        while read -r thread; do
            case $(cat /proc/$thread/comm 2> /dev/null) in
                kworker* | '') ;; # these come and go
                *) echo "$(cat /proc/$thread/comm) $(grep Cpus_allowed_list /proc/$thread/status)" ;;
            esac
        done
}

# restored NAME: the node is as it was when `node_state > before` was made.
restored() {
    local after
    after=$(node_state)
    if [ "$(cat before)" = "$after" ]; then
        echo "ok $1"
    else
        failed "$1" "$(diff before - <<< "$after")"
    fi
}

partition() {
    "$outrigger" partition "$@"
}

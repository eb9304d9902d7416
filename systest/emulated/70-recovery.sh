# Partitions that go wrong: refusals, commands killed at work, users without privilege. Nothing is left changed.
. "$(dirname "$0")/lib.sh"
node_state > before

refused() { # NAME WORDS OPTIONS...
    local name=$1 words=$2
    shift 2
    partition "$@" > out 2>&1
    equal "$name: status" 125 $?
    grep -q "$words" out && echo "ok $name: message" || failed "$name: message" "$(cat out)"
}
refused "all cores" "" create lwk -c 0-7
refused "more memory than there is" "node 1" create lwk -c 4-7 -M 64G@1
refused "a node that is not there" "7" create lwk -c 4-7 -M 64M@7
refused "an unknown name" "nobody" destroy nobody
restored "refusals change nothing"

# Killed at several points; the next command puts it right.
for delay in 3 6; do
    setsid "$outrigger" partition create lwk -c 4-7 -M 64M@1 > out 2>&1 &
    sleep $delay
    for pid in $(pgrep -f org.outrigger.cli.Main); do
        kill -9 "$pid"
    done
    wait
    partition list > list 2>&1
    if grep -q lwk list; then
        partition destroy lwk > out 2>&1
    fi
    restored "after kill -9, $delay s after the start"
done

# An ordinary user, with what is delegated to it: no partition root above, so the cores are a member's.
user="$root/tools/emulated/as-user"
"$user" bash -c "'$outrigger' partition create mine -c 4-5 && cat /sys/fs/cgroup/user/outrigger-mine/cpuset.cpus{,.partition} &&
    '$outrigger' run -p mine -- grep Cpus_allowed_list /proc/self/status && '$outrigger' partition destroy mine" > out 2>&1
status=$?
if [ $status -eq 0 ] && grep -qx 4-5 out && grep -q '^member' out && grep -q 'Cpus_allowed_list:[[:space:]]*4' out; then
    echo "ok an ordinary user's partition"
else
    failed "an ordinary user's partition" "status $status: $(cat out)"
fi
equal "its group is gone" "" "$(find /sys/fs/cgroup/user -name 'outrigger-*')"
rmdir /sys/fs/cgroup/user/* /sys/fs/cgroup/user 2> /dev/null
restored "the rest is as it was"

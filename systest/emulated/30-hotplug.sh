# CPUs that go and come under a running job: the program lives, works on, and ends as it should.
. "$(dirname "$0")/lib.sh"
cpus=/sys/devices/system/cpu

# through_hotplug NAME CPU PREFIX...: PREFIX runs the program; CPU goes and comes twice meanwhile.
through_hotplug() {
    local name=$1 cpu=$2 pid turn status
    shift 2
    rm -f stop out
    "$@" "$programs/steady" "$folder/stop" 6 > out 2>&1 &
    pid=$!
    started+=($pid)
    if ! await grep -q running out; then
        failed "$name" "did not start: $(cat out)"
        return
    fi
    for turn in 1 2; do
        echo 0 > $cpus/cpu$cpu/online || failed "$name" "CPU $cpu does not go off line"
        sleep 2
        kill -0 $pid 2> /dev/null || break
        echo 1 > $cpus/cpu$cpu/online
        sleep 2
    done
    echo 1 > $cpus/cpu$cpu/online
    touch stop
    await sh -c "! kill -0 $pid"
    kill -9 $pid 2> /dev/null
    wait $pid
    status=$?
    equal "$name" "0 running ok steady" "$status $(xargs < out)"
}
through_hotplug "natively, an own core goes" 7 taskset -c 4-7
through_hotplug "on the LWK, an LWK core goes" 7 "$outrigger" run -c 4-7 -l 0-1 --
through_hotplug "on the LWK, a Linux core goes" 1 "$outrigger" run -c 4-7 -l 0-1 --
through_hotplug "on the LWK, calls trapped, an LWK core goes" 5 "$outrigger" run --intercept=trap -c 4-7 -l 0-1 --
through_hotplug "in real time, an LWK core goes" 6 "$outrigger" run --sched fifo -c 4-7 -l 0-1 --

# What is off line cannot be asked for, and is not taken.
echo 0 > $cpus/cpu7/online
lwk -c 7 -l 0 -- true > out 2>&1
equal "a run on a CPU that is off line is refused" 125 $?
equal "the other cores are taken" 5 "$(lwk -l 0,1 -- nproc)"
echo 1 > $cpus/cpu7/online
equal "and all when it is back" 6 "$(lwk -l 0,1 -- nproc)"

# A partition on cgroup v2 and two nodes: made, used, changed while a job runs, and given back exactly.
. "$(dirname "$0")/lib.sh"
group=/sys/fs/cgroup/outrigger-lwk
node_state > before
# What would like every core: one that works, and one that sleeps.
sh -c 'while :; do :; done' &
started+=($!)
sleep 100000 &
started+=($!)
load=("${started[@]}")

partition create lwk -c 4-7 -M 64M@1 > out 2>&1
equal "create" 0 $?
equal "the cores are isolated" isolated "$(cat $group/cpuset.cpus.partition)"
equal "everything else is on the other cores" 0-3 "$(cat /sys/fs/cgroup/cpuset.cpus.effective)"
equal "the pool of node 1 has the memory" "0 32" "$(pool 0) $(pool 1)"
equal "the group may have so much of it" $((64 << 20)) "$(cat $group/hugetlb.2MB.max)"
equal "unbound work queues are on the other cores" 0f "$(sed 's/.*,//; s/^0*\(..\)$/\1/' /sys/devices/virtual/workqueue/cpumask)"
for pid in "${load[@]}"; do
    equal "the load may not run on the cores" "Cpus_allowed_list: 0-3" "$(grep Cpus_allowed_list /proc/$pid/status | xargs)"
done
sleep 1
# The CPU on which the one that works ran last is the 39th field of its stat.
equal "nor does it" "" "$(awk '$39 >= 4 { print $1 }' "/proc/${load[0]}/stat")"
kill "${load[0]}"
moved=$(for irq in /proc/irq/[0-9]*; do
    [ ! -s "$irq/effective_affinity_list" ] || echo "${irq##*/} $(cat "$irq/smp_affinity_list")"
done | awk '$2 !~ /^[0-3](-[0-3])?$/ { print $1 }' | xargs)
shown=$(partition show lwk 2>&1)
unexplained=$(for irq in $moved; do grep -q "not moved.*\b$irq\b" <<< "$shown" || echo "$irq"; done)
equal "interrupts are elsewhere, or are named" "" "$unexplained"

# A job in it, while the partition becomes smaller and larger.
"$outrigger" run -p lwk -- "$programs/steady" "$folder/stop" 6 > job 2>&1 &
job=$!
started+=($job)
await grep -q running job
equal "a job in the partition is on its cores" "$(pgrep -x steady | head -n 1)" "$(grep -x "$(pgrep -x steady | head -n 1)" $group/cgroup.procs $group/*/cgroup.procs -h 2> /dev/null)"
partition destroy lwk > refusal 2>&1
equal "it is not destroyed under a job" 125 $?
partition resize lwk -c -7 > out 2>&1
equal "a core goes" "0 4-6" "$? $(cat $group/cpuset.cpus)"
equal "Linux has it" 0-3,7 "$(cat /sys/fs/cgroup/cpuset.cpus.effective)"
partition resize lwk -c +7 -M +32M@1 > out 2>&1
equal "a core and memory come" "0 4-7 48" "$? $(cat $group/cpuset.cpus) $(pool 1)"
echo 0 > /sys/devices/system/cpu/cpu6/online
equal "a core of it off line is told" yes "$(partition show lwk 2>&1 | grep -qi 'off line\|offline' && echo yes)"
echo 1 > /sys/devices/system/cpu/cpu6/online
touch stop
wait $job
equal "the job ends as it should" "0 running ok steady" "$? $(xargs < job)"
partition destroy lwk > out 2>&1
equal "destroy" 0 $?
kill "${load[1]}"
restored "every file is as it was"

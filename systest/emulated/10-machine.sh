# The machine itself: what the other scripts build upon. No Outrigger in it.
. "$(dirname "$0")/lib.sh"
cpus=/sys/devices/system/cpu
groups=/sys/fs/cgroup

equal "8 CPUs" 0-7 "$(cat $cpus/online)"
equal "2 NUMA nodes" 0-1 "$(cat /sys/devices/system/node/online)"
equal "CPUs 0 to 3 on node 0" 0-3 "$(cat /sys/devices/system/node/node0/cpulist)"
equal "CPUs 4 to 7 on node 1" 4-7 "$(cat /sys/devices/system/node/node1/cpulist)"
equal "cgroup v2, and no v1" cgroup2 "$(awk '$3 ~ /^cgroup/ { print $3 }' /proc/mounts)"

controllers() {
    local controller
    for controller in cpuset cpu memory hugetlb pids; do
        grep -qw $controller $groups/cgroup.subtree_control || { echo "no $controller"; return 1; }
    done
}
check "controllers" controllers

echo 0 > $cpus/cpu7/online
equal "a CPU goes off line" 0-6 "$(cat $cpus/online)"
echo 1 > $cpus/cpu7/online
equal "it comes back" 0-7 "$(cat $cpus/online)"

isolated() {
    mkdir $groups/probe && echo 6-7 > $groups/probe/cpuset.cpus && echo isolated > $groups/probe/cpuset.cpus.partition || return 1
    equal "an isolated cpuset" isolated "$(cat $groups/probe/cpuset.cpus.partition)"
    equal "what is isolated is nobody else's" 0-5 "$(cat $groups/cpuset.cpus.effective)"
    # A thread in it stays where it is put; the scheduler moves none.
    bash -c "echo \$\$ > $groups/probe/cgroup.procs && grep Cpus_allowed_list /proc/self/status" > seen
    equal "a process in it has its CPUs" "Cpus_allowed_list:	6-7" "$(cat seen)"
    rmdir $groups/probe
    equal "given back" 0-7 "$(cat $groups/cpuset.cpus.effective)"
}
isolated

for node in 0 1; do
    before=$(pool $node)
    set_pool $node $((before + 32))
    equal "the pool of node $node grows" $((before + 32)) "$(pool $node)"
    set_pool $node "$before"
    equal "the pool of node $node shrinks" "$before" "$(pool $node)"
done

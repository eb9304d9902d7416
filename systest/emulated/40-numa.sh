# Two real NUMA nodes: where memory comes from, with and without pools of huge pages.
. "$(dirname "$0")/lib.sh"
on_0="node 0: 64 MiB node 1: 0 MiB"
on_1="node 0: 0 MiB node 1: 64 MiB"
halves="node 0: 32 MiB node 1: 32 MiB"
numa() {
    xargs <<< "$("$@" "$programs/numa" 64 2>&1)"
}

# Pages shall stay where they came from.
balancing=$(cat /proc/sys/kernel/numa_balancing)
echo 0 > /proc/sys/kernel/numa_balancing

equal "natively, memory is the core's" "$on_1" "$(numa taskset -c 4-7)"
equal "on the LWK, memory is the core's" "$on_1" "$(numa lwk -c 4-7 -l 0-1 --)"
equal "on the other node, too" "$on_0" "$(numa lwk -c 1-3 -l 0 --)"
equal "memory of a named node" "$on_1" "$(numa lwk -c 1-3 -l 0 --mem 256M@1 --)"
equal "memory of the other named node" "$on_0" "$(numa lwk -c 4-7 -l 0-1 --mem 256M@0 --)"
equal "in turn from both nodes" "$halves" "$(numa lwk -c 1-7 -l 0 --mempolicy interleave --)"
equal "in turn from both named nodes" "$halves" "$(numa lwk -c 4-7 -l 0 --mem 256M@0,256M@1 --mempolicy interleave --)"
equal "nearest" "$on_1" "$(numa lwk -c 4-7 -l 0 --mempolicy nearest --)"

same "programs on two nodes" 1-7 -l 0 -- bash -c "$(all numa memory_touch)"

# Pools, one node after the other.
set_pool 1 128
equal "huge pages on node 1 alone" "0 128" "$(pool 0) $(pool 1)"
equal "on the LWK with a pool" "$on_1" "$(numa lwk -c 4-7 -l 0-1 --)"
"$outrigger" run -c 4-7 -l 0-1 -- "$programs/numa" 64 hold > out 2>&1 &
job=$!
started+=($job)
await grep -q holding out
equal "32 pages of node 1's pool are in use at least" yes "$([ "$(pool 1 free_hugepages)" -le 96 ] && echo yes)"
held=$(grep ' huge ' "/proc/$(pgrep -x numa)/numa_maps")
equal "numa_maps has them on node 1 alone" "N1=" "$(grep -o ' N[0-9]*=' <<< "$held" | sort -u | xargs)"
kill $job
wait $job
equal "given back" 128 "$(pool 1 free_hugepages)"
equal "a pool on the other node is not taken by a bound job" "$on_0" "$(numa lwk -c 1-3 -l 0 --mem 256M@0 --)"
equal "nothing of it is in use" 128 "$(pool 1 free_hugepages)"
same "programs with a pool on node 1" 1-7 -l 0 -- bash -c "$(all numa memory_protect memory_remap)"
set_pool 0 64
equal "in turn with pools on both" "$halves" "$(numa lwk -c 1-7 -l 0 --mempolicy interleave --)"
same "programs with pools on both nodes" 1-7 -l 0 -- bash -c "$(all numa hugepages)"
equal "all given back" "64 128" "$(pool 0 free_hugepages) $(pool 1 free_hugepages)"
set_pool 0 0
set_pool 1 0
equal "the pools are as before" "0 0" "$(pool 0) $(pool 1)"
echo "$balancing" > /proc/sys/kernel/numa_balancing

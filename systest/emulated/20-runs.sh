# Programs natively first and then on the LWK: the same output.
. "$(dirname "$0")/lib.sh"
uname_of_lwk=$(lwk -- uname -srm)
equal "uname" "$(uname -srm)" "$uname_of_lwk"
same "the cores that a program sees" 4-7 -l 0-1 -- nproc
same "bash with pipes" 1-7 -- bash -c 'for i in 1 2 3; do echo $i; done | sort -r | tr 1-3 a-c; echo $(( 7 * 6 ))'
same "python3" 1-7 -- /usr/bin/python3 -c 'import os, threading
t = [threading.Thread(target=lambda: sum(range(1000))) for _ in range(4)]
[x.start() for x in t]; [x.join() for x in t]; print(len(os.sched_getaffinity(0)), "threads done")'
same "processes" 1-7 -- bash -c "$(all process_exec process_spawn process_ids forkthread)"
same "threads and scheduling" 1-7 -- bash -c "$(all threads sched)"
same "threads with all calls trapped" 1-7 --intercept=trap -- "$programs/threads"
same "signals" 1-7 -- bash -c "$(all signals_action signals_context signals_stack signals_storm)"
same "memory" 1-7 -- bash -c "$(all memory_protect memory_brk memory_remap)"

equal "four ranks" "0 1 2 3" "$(lwk -n 4 -l 0 -- sh -c 'echo $OUTRIGGER_RANK' | sort | xargs)"
equal "ranks share the cores out" "1 2 2 2" "$(lwk -n 4 -l 0 -- nproc | sort | xargs)"
equal "labels" "0: 2 1: 2" "$(lwk -n 2 -c 4-7 --label nproc | sort | xargs)"
lwk -- sh -c 'exit 7'
equal "exit status" 7 $?
lwk -- sh -c 'kill -TERM $$'
equal "a signal's status" 143 $?

# The status says whether something disturbs the cores, and on a fresh machine much does.
check_says() {
    local text status
    text=$("$outrigger" partition check --cpus 4-7)
    status=$?
    [ $status -eq 1 ] && grep -q '^noise *timer-tick' <<< "$text" && grep -q '^noise *numa-balancing' <<< "$text" || { echo "$text"; return 1; }
}
check "partition check" check_says

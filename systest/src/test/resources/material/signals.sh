# Signals to the first process of a run: the shell must see what it would see of the program itself.
set -m
ulimit -c 0
started() { for n in $(seq 400); do [ -s ready ] && return; sleep 0.05; done; echo "not started"; }
# In the middle of an exec, stopped together with what watches over it, the program would rightly show "t" in place of "T".
slept() { for n in $(seq 400); do case $(ps -o comm=,stat= -p "$(cat ready)") in sleep*S*) return;; esac; sleep 0.05; done; echo "no sleep"; }
for s in TERM INT HUP QUIT USR1 USR2 ALRM PIPE; do
    rm -f ready; $LWK sh -c 'echo $$ > ready; exec sleep 60' & p=$!
    started; kill -$s $p; wait $p 2> /dev/null; echo "$s $?"
done 2> /dev/null
for s in TERM INT HUP USR1 WINCH; do
    rm -f ready; $LWK bash -c 'trap "echo caught '$s'; exit 7" '$s'; echo $$ > ready; while :; do sleep 0.05; done' & p=$!
    started; kill -$s $p; wait $p; echo "$s $?"
done
rm -f ready; $LWK sh -c 'echo $$ > ready; sleep 0.5; echo went on; exit 4' & p=$!
started; kill -TSTP $p; n=0
while [ "$(ps -o stat= -p "$(cat ready)" | cut -c1)" != T ] && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done
ps -o stat= -p "$(cat ready)" | cut -c1
kill -CONT $p; wait $p; while [ $? -gt 128 ]; do wait $p; done; echo "continued"
rm -f ready; $LWK sh -c 'echo $$ > ready; exec sleep 60' & p=$!
started; slept; kill -STOP -$p; sleep 0.3; ps -o stat= -p "$(cat ready)" | cut -c1; kill -CONT -$p; kill -TERM -$p; wait $p 2> /dev/null; echo "group $?"
set +m
rm -f ready; $LWK sh -c 'echo $$ > ready; sleep 0.7; echo INT ignored' & p=$!
started; kill -INT $p; wait $p; echo "ignored $?"

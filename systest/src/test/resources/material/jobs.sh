# Job control without a terminal: process groups of their own, stopping, continuing, wait in its forms.
set -m
sleep 30 & victim=$!
[ "$(ps -o pgid= -p $victim | tr -d ' ')" = "$victim" ] && echo "own group"
kill -STOP $victim
for n in $(seq 200); do [ "$(ps -o stat= -p $victim | cut -c1)" = T ] && break; sleep 0.02; done
jobs | sed 's/  */ /g'
kill -CONT $victim
# Ended before the shell has seen that it goes on, it counts as stopped or as ended, as the race has it.
for n in $(seq 200); do jobs | grep -q Running && break; sleep 0.02; done
kill -TERM %1; wait $victim 2>/dev/null; echo "terminated $?"
( exit 9 ) & wait -n; echo "wait -n $?"
sleep 0.2 & fg %% >/dev/null; echo "fg $?"
{ sleep 0.1; echo first; } & { sleep 0.4; echo second; } & wait; echo all

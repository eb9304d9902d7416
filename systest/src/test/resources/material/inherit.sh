# What a program inherits: every line must be the same with the LWK in between. LWK holds the words to put before a command.
run=$LWK; unset LWK; export -n run; export OUTER=1
ulimit -c 0
umask 027; mkdir -p 'a dir'; cd 'a dir'
$run sh -c 'umask; pwd; echo "$PWD"; ulimit -a'
ulimit -S -n 333; ulimit -S -s 4096; ulimit -S -v 60000000
$run bash -c 'ulimit -S -n -s -v -c; ulimit -H -n -s -v -c'
env -i "PATH=$PATH" "HOME=$HOME" A=b 'C=d e' EMPTY= "OUTRIGGER_TEST_ID=$OUTRIGGER_TEST_ID" $run env | grep -v '^OUTRIGGER_JOB=' | sort
$run bash -c 'env' | grep -v -e '^_=' -e '^OUTRIGGER_JOB=' | sort
echo seven > file; exec 7< file 8> eight
$run sh -c 'cat <&7; echo eight >&8; ls /proc/self/fd'; cat eight
$run sh -c 'ls -l /proc/$$/fd' | sed 's/.* \([0-9]* ->\)/\1/; s/\[[0-9]*\]//; s/[0-9]*$//' | grep -v output
exec 7<&- 8>&-
$run sh -c 'tr "\0" "|" < /proc/$$/cmdline; readlink /proc/$$/exe; cat /proc/$$/comm' one 'two  three' ''
ln -s /bin/sh ./alias; $run ./alias -c 'echo "$0"; readlink /proc/$$/exe; cat /proc/$$/comm'
PATH=$PWD:$PATH; printf '#!/bin/sh\necho "script $0 $*"\n' > ontheway; chmod +x ontheway; $run ontheway x y | sed "s|$PWD|HERE|"
nice -n 5 $run nice
( echo 300 > /proc/self/oom_score_adj; $run cat /proc/self/oom_score_adj )
setarch x86_64 -R $run cat /proc/self/personality
$run grep -E '^(Umask|TracerPid|Uid|Gid|Groups|ShdPnd|SigBlk|SigIgn|CapEff|NoNewPrivs|Seccomp):' /proc/self/status
(trap '' INT HUP USR1; $run grep -E '^SigIgn' /proc/self/status)
nohup $run sh -c 'kill -HUP $$; echo survived' 2> /dev/null < /dev/null
python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGCHLD, signal.SIGRTMIN + 3])
os.execvp(sys.argv[1], sys.argv[1:])' ${run:-env} python3 -c 'import signal; print(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])))'
$run sh -c 'test -t 0; echo "tty $?"; test -t 1; echo "tty $?"' < /dev/null
echo from a pipe | $run cat; $run cat < file; $run cat <&- 2>&1; $run sh -c 'echo x' >&- ; echo "closed $?"
$run sh -c 'ps -o ppid= -p $$ >/dev/null; cut -d" " -f5 /proc/$$/stat' | awk -v p="$(cut -d' ' -f5 /proc/$$/stat)" '{print ($1 == p) ? "same group" : "other group"}'
$run sh -c 'cut -d" " -f6 /proc/$$/stat' | awk -v p="$(cut -d' ' -f6 /proc/$$/stat)" '{print ($1 == p) ? "same session" : "other session"}'
unshare -r $run id -u 2>&1 | tail -1

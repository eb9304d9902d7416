# bash at large: pipelines, here-documents, traps, substitution, arrays, coprocesses, background jobs.
set -u
seq 1 5000 | awk '{s+=$1} END {print "sum", s}' | tee copy | tr a-z A-Z
cmp <(echo "SUM 12502500") <(tr a-z A-Z < copy) && echo same
cat <<END | sort -r | head -n 2
one $((6*7))
two $(echo nested $(echo deep))
END
cat <<'END'
literal $HOME $(no)
END
false | true; echo "pipe status ${PIPESTATUS[*]}"
set -o pipefail; false | true; echo "pipefail $?"; set +o pipefail
trap 'echo caught usr1' USR1
kill -USR1 $$
( trap 'echo sub exit' EXIT; exit 3 ); echo "subshell $?"
( kill -KILL $BASHPID ) 2>/dev/null; echo "killed $?"
bash -c 'kill -SEGV $$' 2>/dev/null; echo "segv $?"
for i in 1 2 3 4 5; do ( sleep 0.0$((6-i)); exit $i ) & pids[i]=$!; done
for i in 1 2 3 4 5; do wait "${pids[i]}"; echo "job $i: $?"; done
coproc CAT { cat; }
echo through coproc >&"${CAT[1]}"; read -r line <&"${CAT[0]}"; echo "$line"
eval "exec ${CAT[1]}>&-"; wait "$CAT_PID"; echo "coproc $?"
declare -A map=([b]=2 [a]=1 [c]=3)
for k in $(printf '%s\n' "${!map[@]}" | sort); do printf '%s=%s;' "$k" "${map[$k]}"; done; echo
f() { local n=$1; if ((n<2)); then echo "$n"; else echo $(( $(f $((n-1))) + $(f $((n-2))) )); fi; }
echo "fib $(f 9)"
mkfifo pipe; (seq 1 100 > pipe &) ; awk '{n++} END {print "fifo", n}' < pipe
timeout 0.2 sleep 5; echo "timeout $?"
read -r -t 0.1 x < <(sleep 0.5); echo "read timeout $(( $? > 128 ))"
exec 7> seven; echo into seven >&7; exec 7>&-; cat seven
trap 'echo at exit' EXIT
exit 42

# redis-server under redis-benchmark's default tests. SERVER and CLIENT go before the commands; $1 is "unix" or a port.
set -u
server=${SERVER:-}; client=${CLIENT:-}
if [ "$1" = unix ]; then listen="--port 0 --unixsocket $PWD/s"; at="-s $PWD/s"; else listen="--port $1 --bind 127.0.0.1"; at="-p $1"; fi
$server redis-server $listen --save "" --appendonly no --daemonize no > log 2>&1 & pid=$!
for n in $(seq 300); do redis-cli $at ping 2>/dev/null | grep -q PONG && break; sleep 0.1; done
$client redis-benchmark $at -n "${REQUESTS:-300}" -c 8 --csv 2>/dev/null | cut -d, -f1
echo "benchmark ${PIPESTATUS[*]}"
redis-cli $at dbsize; redis-cli $at --scan | sed 's/{tag}//' | sort
redis-cli $at llen mylist; redis-cli $at scard myset; redis-cli $at get key:__rand_int__; redis-cli $at zcard myzset
redis-cli $at set a 1; redis-cli $at incr a; redis-cli $at eval 'return redis.call("incrby", KEYS[1], 40)' 1 a
redis-cli $at bgsave
for n in $(seq 300); do redis-cli $at info persistence | grep -q 'rdb_bgsave_in_progress:0' && break; sleep 0.1; done
redis-cli $at info persistence | grep -o 'rdb_last_bgsave_status:[a-z]*'
redis-cli $at shutdown nosave; wait $pid; echo "server $?"
redis-check-rdb dump.rdb > /dev/null; echo "rdb $?"

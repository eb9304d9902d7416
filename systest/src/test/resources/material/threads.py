"""Threads, locks, queues, pools and numerics without numpy."""
import concurrent.futures, hashlib, math, queue, random, threading, time
from decimal import Decimal, getcontext
from fractions import Fraction

counter, lock = 0, threading.Lock()
def add():
    global counter
    for _ in range(20000):
        with lock:
            counter += 1
threads = [threading.Thread(target=add) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print("counter", counter)

q, results = queue.Queue(maxsize=4), []
def consume():
    while (item := q.get()) is not None:
        results.append(item * item)
consumers = [threading.Thread(target=consume) for _ in range(3)]
[t.start() for t in consumers]
for i in range(1000):
    q.put(i)
[q.put(None) for _ in consumers]; [t.join() for t in consumers]
print("squares", sum(results), len(results))

with concurrent.futures.ThreadPoolExecutor(6) as pool:
    print("hashes", hashlib.md5(b"".join(pool.map(lambda n: hashlib.sha256(bytes([n]) * 300000).digest(), range(40)))).hexdigest())

barrier, order = threading.Barrier(5), []
def meet():
    for _ in range(50):
        order.append(barrier.wait())
threads = [threading.Thread(target=meet) for _ in range(5)]
[t.start() for t in threads]; [t.join() for t in threads]
print("barrier", sorted(order) == sorted(list(range(5)) * 50))

event = threading.Event()
threading.Timer(0.05, event.set).start()
print("timer", event.wait(20), "timeout", threading.Event().wait(0.01))

random.seed(7)
n = 40
a = [[random.random() for _ in range(n)] for _ in range(n)]
def determinant(m):
    m, d = [r[:] for r in m], 1.0
    for i in range(len(m)):
        p = max(range(i, len(m)), key=lambda r: abs(m[r][i]))
        if p != i:
            m[i], m[p], d = m[p], m[i], -d
        d *= m[i][i]
        for r in range(i + 1, len(m)):
            f = m[r][i] / m[i][i]
            for c in range(i, len(m)):
                m[r][c] -= f * m[i][c]
    return d
print("determinant", repr(determinant(a)))
print("sum", repr(math.fsum(math.sin(i) / (i + 1) for i in range(200000))))
getcontext().prec = 60
print("sqrt", Decimal(2).sqrt(), Fraction(1, 3) + Fraction(1, 7), pow(3, 10 ** 5, 10 ** 9 + 7), 2 ** 521 % 10007)
blocks = [bytearray(1 << 20) for _ in range(64)]
print("zeroed", all(not any(b[:4096]) for b in blocks))
del blocks
print("recursion", (lambda f: f(f, 800))(lambda f, k: 0 if k == 0 else 1 + f(f, k - 1)))

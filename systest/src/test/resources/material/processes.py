"""subprocess and multiprocessing in their start methods: pools, queues, shared memory, pipes."""
import multiprocessing as mp, os, signal, subprocess, sys, time
from multiprocessing import shared_memory

def square(n):
    return n * n

def produce(q, start):
    for i in range(start, start + 100):
        q.put(i)

def count(value, lock):
    for _ in range(500):
        with lock:
            value.value += 1

def fill(name):
    block = shared_memory.SharedMemory(name=name)
    block.buf[:5] = b"hello"
    block.close()

def main():
    print("run", subprocess.run(["tr", "a-z", "A-Z"], input="quiet", capture_output=True, text=True).stdout)
    print("status", subprocess.run("exit 17", shell=True).returncode, subprocess.run(["sh", "-c", "kill -9 $$"]).returncode)
    p1 = subprocess.Popen(["seq", "1000"], stdout=subprocess.PIPE)
    p2 = subprocess.Popen(["wc", "-l"], stdin=p1.stdout, stdout=subprocess.PIPE)
    p1.stdout.close()
    print("pipe", int(p2.communicate()[0]), p1.wait())
    try:
        subprocess.run(["sleep", "20"], timeout=0.2)
    except subprocess.TimeoutExpired:
        print("timeout expired")
    print("many", sum(subprocess.call(["/bin/true"]) for _ in range(30)))
    try:
        subprocess.run(["/nonexistent/program"])
    except FileNotFoundError as e:
        print("missing", e.errno)
    print("stderr", subprocess.run([sys.executable, "-c", "import sys; sys.exit('bye')"], capture_output=True).stderr)
    sys.stdout.flush()
    for method in ("fork", "spawn", "forkserver"):
        ctx = mp.get_context(method)
        with ctx.Pool(3) as pool:
            print(method, "pool", sum(pool.map(square, range(500), chunksize=7)))
        q = ctx.Queue()
        workers = [ctx.Process(target=produce, args=(q, 1000 * i)) for i in range(3)]
        [w.start() for w in workers]
        got = sorted(q.get() for _ in range(300))
        [w.join() for w in workers]
        print(method, "queue", sum(got), [w.exitcode for w in workers])
        value, lock = ctx.Value("i", 0, lock=False), ctx.Lock()
        workers = [ctx.Process(target=count, args=(value, lock)) for _ in range(3)]
        [w.start() for w in workers]; [w.join() for w in workers]
        print(method, "value", value.value)
        block = shared_memory.SharedMemory(create=True, size=4096)
        worker = ctx.Process(target=fill, args=(block.name,))
        worker.start(); worker.join()
        print(method, "shared", bytes(block.buf[:5]))
        block.close(); block.unlink()
        sys.stdout.flush()
    read, write = os.pipe()
    for i in range(20):
        if os.fork() == 0:
            os.write(write, b"x")
            os._exit(i)
    print("forked", sorted(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(20)) == list(range(20)), len(os.read(read, 100)))

if __name__ == "__main__":
    main()

"""Signals as python sees them, and an event loop with processes, sockets and timers."""
import asyncio, errno, os, select, signal, socket, sys, threading, time

seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
for _ in range(100):
    os.kill(os.getpid(), signal.SIGUSR1)
print("usr1", len(seen), set(seen) == {signal.SIGUSR1})

ticks = []
signal.signal(signal.SIGALRM, lambda *_: ticks.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
while len(ticks) < 20:
    signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0)
print("ticks", len(ticks) >= 20)

signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(InterruptedError("alarm")))
signal.setitimer(signal.ITIMER_REAL, 0.1)
try:
    time.sleep(20)
except InterruptedError as e:
    print("sleep interrupted by", e)
read, write = os.pipe()
signal.setitimer(signal.ITIMER_REAL, 0.1)
try:
    os.read(read, 1)
except InterruptedError as e:
    print("read interrupted by", e)

old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2, signal.SIGTERM})
os.kill(os.getpid(), signal.SIGUSR2)
print("pending", signal.sigpending(), "before", old)
print("waited", signal.sigwait({signal.SIGUSR2}), signal.sigtimedwait({signal.SIGTERM}, 0.02))
signal.pthread_sigmask(signal.SIG_SETMASK, old)
print("mask", signal.pthread_sigmask(signal.SIG_BLOCK, set()))

signal.signal(signal.SIGSYS, lambda *_: print("own SIGSYS handler"))
os.kill(os.getpid(), signal.SIGSYS)
signal.signal(signal.SIGSYS, signal.SIG_DFL)
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGSYS)
    os._exit(0)
print("SIGSYS death", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

wake_read, wake_write = socket.socketpair()
wake_write.setblocking(False)
signal.set_wakeup_fd(wake_write.fileno())
os.kill(os.getpid(), signal.SIGUSR1)
print("wakeup", wake_read.recv(1)[0] == signal.SIGUSR1)
signal.set_wakeup_fd(-1)

async def client(port, n):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"%d\n" % n)
    answer = int(await reader.readline())
    writer.close()
    return answer

async def serve(reader, writer):
    writer.write(b"%d\n" % (int(await reader.readline()) * 2))
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print("echo", sum(await asyncio.gather(*(client(port, n) for n in range(100)))))
    server.close()
    process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print("cat", (await process.communicate(b"loop"))[0], process.returncode)
    got = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, got.set)
    os.kill(os.getpid(), signal.SIGUSR2)
    await asyncio.wait_for(got.wait(), 20)
    print("loop signal")
    print("thread", await asyncio.to_thread(lambda: threading.current_thread() is not threading.main_thread()))
    try:
        await asyncio.wait_for(asyncio.sleep(20), 0.05)
    except asyncio.TimeoutError:
        print("timeout")

asyncio.run(main())
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(20)
except KeyboardInterrupt:
    print("keyboard interrupt")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGTERM)

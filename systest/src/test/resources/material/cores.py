"""What Python sees of its CPUs while they change: one line for each line of input. A thread, a new thread, a new process."""
import os
import subprocess
import sys
import threading
import queue

asked, answers = queue.Queue(), queue.Queue()


def cpus():
    return ",".join(map(str, sorted(os.sched_getaffinity(0))))


def answer():
    while asked.get():
        answers.put(cpus())


def fresh():
    thread = threading.Thread(target=lambda: answers.put(cpus()))
    thread.start()
    thread.join()
    return answers.get()


old = threading.Thread(target=answer)
old.start()
for line in sys.stdin:
    asked.put(True)
    child = subprocess.run([sys.executable, "-c", "import os; print(*sorted(os.sched_getaffinity(0)), sep=',', end='')"],
                           stdout=subprocess.PIPE, text=True, check=True).stdout
    print(line.strip(), "main", cpus(), "old", answers.get(), "new", fresh(), "child", child, flush=True)
asked.put(False)
old.join()
print("done", flush=True)

// Goroutines, channels, garbage collection, signals, timers, sockets and subprocesses; deterministic output.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type node struct{ left, right *node }

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{tree(depth - 1), tree(depth - 1)}
}

func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func main() {
	runtime.GOMAXPROCS(4)
	var group sync.WaitGroup
	var total int64
	for g := 0; g < 1000; g++ {
		group.Add(1)
		go func(g int) {
			defer group.Done()
			for i := 0; i < 100; i++ {
				atomic.AddInt64(&total, int64(g^i))
				if i%10 == 0 {
					runtime.Gosched()
				}
			}
		}(g)
	}
	group.Wait()
	fmt.Println("goroutines", total)

	jobs, results := make(chan int), make(chan [32]byte, 4)
	for w := 0; w < 6; w++ {
		go func() {
			for n := range jobs {
				results <- sha256.Sum256([]byte(fmt.Sprint(n)))
			}
		}()
	}
	go func() {
		for n := 0; n < 2000; n++ {
			jobs <- n
		}
		close(jobs)
	}()
	var sums []string
	for n := 0; n < 2000; n++ {
		sum := <-results
		sums = append(sums, fmt.Sprintf("%x", sum[:4]))
	}
	sort.Strings(sums)
	fmt.Println("workers", sums[0], sums[len(sums)-1])

	keep := tree(15)
	nodes := 0
	for i := 0; i < 30; i++ {
		nodes += tree(13).count()
	}
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println("trees", nodes, keep.count(), "collected", stats.NumGC > 0)

	signals := make(chan os.Signal, 64)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	for i := 0; i < 20; i++ {
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		if got := <-signals; got != syscall.SIGUSR1 {
			fmt.Println("wrong signal", got)
		}
	}
	fmt.Println("signals")

	func() {
		defer func() { fmt.Println("recovered", recover() != nil) }()
		var none *node
		fmt.Println(none.left)
	}()

	// A loop without calls is preempted by a signal (SIGURG), which a collection needs.
	var stop int32
	go func() {
		for atomic.LoadInt32(&stop) == 0 {
		}
	}()
	time.Sleep(5 * time.Millisecond)
	runtime.GC()
	atomic.StoreInt32(&stop, 1)
	fmt.Println("preempted")

	out, err := exec.Command("sh", "-c", "echo child; exit 4").Output()
	fmt.Printf("exec %q %v\n", out, err)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	fmt.Println("killed", exec.CommandContext(ctx, "sleep", "20").Run())

	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				line, _ := bufio.NewReader(c).ReadString('\n')
				fmt.Fprint(c, line)
				c.Close()
			}()
		}
	}()
	echoed := int64(0)
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			c, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				return
			}
			defer c.Close()
			fmt.Fprintf(c, "%d\n", i)
			var n int64
			fmt.Fscan(c, &n)
			atomic.AddInt64(&echoed, n)
		}(i)
	}
	group.Wait()
	listener.Close()
	fmt.Println("echoed", echoed)

	timer, ticks := time.NewTicker(2*time.Millisecond), 0
	for range timer.C {
		if ticks++; ticks == 20 {
			break
		}
	}
	fmt.Println("ticks", ticks)
	locked := make(chan bool)
	go func() { runtime.LockOSThread(); locked <- true }()
	fmt.Println("thread ended", <-locked)
	os.Exit(9)
}

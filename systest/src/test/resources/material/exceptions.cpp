// C++ exceptions across frames and threads, futures, thread-local state, mutexes; deterministic output.
#include <atomic>
#include <condition_variable>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include <fstream>
#include <unistd.h>

struct Guard {
    std::atomic<int>& alive;
    explicit Guard(std::atomic<int>& a) : alive(a) { ++alive; }
    ~Guard() { --alive; }
};
static std::atomic<int> alive{0};
static int descend(int depth) {
    Guard g(alive);
    if (depth == 0) throw std::out_of_range("bottom");
    return descend(depth - 1) + 1;
}
static thread_local std::string mine = "fresh";
static std::jmp_buf point;

int main() {
    for (int i = 0; i < 2000; i++) {
        try { descend(i % 50); } catch (const std::out_of_range&) { }
    }
    std::cout << "unwound, alive " << alive << std::endl;
    std::vector<std::thread> threads;
    std::atomic<long> caught{0};
    for (int t = 0; t < 8; t++) {
        threads.emplace_back([&caught, t] {
            mine = "thread " + std::to_string(t);
            for (int i = 0; i < 300; i++) {
                try { descend(t + i % 10); } catch (const std::exception&) { ++caught; }
            }
        });
    }
    for (auto& t : threads) t.join();
    std::cout << "caught " << caught << ", mine " << mine << ", alive " << alive << std::endl;
    auto failing = std::async(std::launch::async, []() -> int { throw std::runtime_error("from another thread"); });
    try { failing.get(); } catch (const std::runtime_error& e) { std::cout << e.what() << std::endl; }
    std::mutex m; std::condition_variable cv; std::vector<int> box; long sum = 0; bool done = false;
    std::thread consumer([&] {
        std::unique_lock<std::mutex> l(m);
        while (!done || !box.empty()) {
            cv.wait(l, [&] { return done || !box.empty(); });
            for (int v : box) sum += v;
            box.clear();
        }
    });
    for (int i = 0; i < 10000; i++) { { std::lock_guard<std::mutex> l(m); box.push_back(i); } cv.notify_one(); }
    { std::lock_guard<std::mutex> l(m); done = true; } cv.notify_one(); consumer.join();
    std::cout << "sum " << sum << std::endl;
    try { std::vector<char> v(static_cast<size_t>(-1) / 4); } catch (const std::bad_alloc&) { std::cout << "bad_alloc" << std::endl; }
    try { try { throw 1; } catch (int) { std::throw_with_nested(std::logic_error("outer")); } }
    catch (const std::logic_error& e) { std::cout << "nested " << e.what() << std::endl; }
    std::signal(SIGFPE, [](int) { siglongjmp(point, 1); });
    volatile int one = 1, zero = 0;
    if (sigsetjmp(point, 1) == 0) { std::cout << one / zero << std::endl; } else { std::cout << "SIGFPE" << std::endl; }
    std::map<int, std::unique_ptr<std::string>> churn;
    for (int i = 0; i < 200000; i++) churn[i * 7919 % 10007] = std::make_unique<std::string>(i % 100, 'x');
    size_t total = 0; for (auto& [k, v] : churn) total += v->size();
    std::cout << "churn " << churn.size() << " " << total << std::endl;
    throw std::runtime_error("uncaught");
}

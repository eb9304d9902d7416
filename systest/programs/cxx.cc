// C++: exceptions in threads, from deep down and through C callbacks, thread-local destructors, the library's threads.
#include "check.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

std::atomic<int> alive{0};

struct Counted {
    Counted() { alive++; }
    Counted(const Counted &) { alive++; }
    ~Counted() { alive--; }
};

struct Deep : std::runtime_error {
    int depth;
    explicit Deep(int d) : std::runtime_error("deep " + std::to_string(d)), depth(d) {}
};

int descend(int depth, int limit) {
    Counted here;
    std::vector<char> some(static_cast<size_t>(depth % 50 + 1), 'x');
    if (depth == limit) {
        throw Deep(depth);
    }
    return descend(depth + 1, limit) + static_cast<int>(some.size());
}

void exceptions() {
    for (int limit = 1; limit <= 4096; limit *= 2) {
        bool caught = false;
        try {
            descend(0, limit);
        } catch (const Deep &e) {
            caught = e.depth == limit && std::string(e.what()) == "deep " + std::to_string(limit);
        }
        CHECK(caught && alive == 0);
    }
    int rethrown = 0;
    for (int i = 0; i < 1000; i++) {
        try {
            try {
                descend(0, i % 10 + 1);
            } catch (const std::exception &) {
                Counted in_handler;
                throw;
            }
        } catch (const Deep &e) {
            rethrown += e.depth;
        }
    }
    CHECK(rethrown == 5500 && alive == 0);
    bool caught = false;
    try {
        std::vector<int> v(3);
        v.at(10) = 1;
    } catch (const std::out_of_range &) {
        caught = true;
    }
    CHECK(caught);
    caught = false;
    try {
        ::operator delete(::operator new(opaque(size_t(1) << 47))); // not a new-expression: that may be left out
    } catch (const std::bad_alloc &) {
        caught = true;
    }
    CHECK(caught);
}

void in_threads() {
    std::vector<std::thread> threads;
    std::atomic<int> caught{0};
    for (int t = 0; t < 8; t++) {
        threads.emplace_back([&caught, t] {
            for (int i = 0; i < 300; i++) {
                try {
                    descend(0, 10 + (t + i) % 40);
                } catch (const Deep &e) {
                    caught += e.depth == 10 + (t + i) % 40;
                }
            }
        });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    CHECK(caught == 2400 && alive == 0);
}

extern "C" int comparing(const void *a, const void *b) {
    int x = *static_cast<const int *>(a), y = *static_cast<const int *>(b);
    if (x == 777) {
        throw x;
    }
    return (x > y) - (x < y);
}

void through_callback() {
    for (int round = 0; round < 100; round++) {
        std::vector<int> numbers(2000);
        std::iota(numbers.begin(), numbers.end(), 0);
        std::reverse(numbers.begin(), numbers.end());
        Counted here;
        bool caught = false;
        try {
            qsort(numbers.data(), numbers.size(), sizeof(int), comparing);
        } catch (int value) {
            caught = value == 777;
        }
        CHECK(caught && alive == 1);
    }
}

void asynchronous() {
    std::vector<std::future<long>> results;
    for (long i = 0; i < 40; i++) {
        results.push_back(std::async(std::launch::async, [i] {
            if (i % 4 == 3) {
                throw Deep(static_cast<int>(i));
            }
            std::vector<long> v(static_cast<size_t>(1000 * i + 1));
            std::iota(v.begin(), v.end(), 0L);
            return std::accumulate(v.begin(), v.end(), 0L);
        }));
    }
    for (long i = 0; i < 40; i++) {
        try {
            long sum = results[static_cast<size_t>(i)].get();
            CHECK(i % 4 != 3 && sum == 1000 * i * (1000 * i + 1) / 2);
        } catch (const Deep &e) { // carried over from the other thread
            CHECK(i % 4 == 3 && e.depth == i);
        }
    }
}

std::atomic<int> destroyed{0};

struct Local {
    std::string text = "a string that is too long for the small buffer of the library";
    ~Local() { destroyed += text.size() > 30; }
};

thread_local Local local;

void thread_locals() {
    for (int round = 1; round <= 20; round++) {
        std::vector<std::thread> threads;
        for (int t = 0; t < 5; t++) {
            threads.emplace_back([] { local.text += " and longer"; });
        }
        for (auto &thread : threads) {
            thread.join();
        }
        CHECK(destroyed == round * 5);
    }
}

void containers() {
    std::vector<std::string> growing;
    for (int i = 0; i < 300000; i++) {
        growing.push_back("number " + std::to_string(i) + " of a growing vector");
    }
    for (int i = 0; i < 300000; i += 999) {
        CHECK(growing[static_cast<size_t>(i)] == "number " + std::to_string(i) + " of a growing vector");
    }
    std::map<int, std::vector<char>> sizes;
    for (int i = 0; i < 2000; i++) {
        sizes[i * 7919 % 2000] = std::vector<char>(static_cast<size_t>(i) * 37, static_cast<char>(i));
    }
    CHECK(sizes.size() == 2000);
    for (int i = 0; i < 2000; i++) {
        const auto &v = sizes[i * 7919 % 2000];
        CHECK(v.size() == static_cast<size_t>(i) * 37 && (v.empty() || v.back() == static_cast<char>(i)));
    }
}

void conditions() {
    std::mutex mutex;
    std::condition_variable changed;
    int turn = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; t++) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 500; i++) {
                std::unique_lock<std::mutex> lock(mutex);
                changed.wait(lock, [&] { return turn % 3 == t; });
                turn++;
                changed.notify_all();
            }
        });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    CHECK(turn == 1500);
}

void child_unwinds() {
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            try {
                descend(0, 100);
            } catch (const Deep &) {
                _exit(alive == 0 ? 0 : 1);
            }
        }
        CHECK_CHILD(child);
    }
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        std::set_terminate([] { _exit(21); });
        std::thread([] { throw 5; }).join();
    }
    CHECK_STATUS(child, 21 << 8);
}

}  // namespace

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"exceptions", exceptions}, {"in_threads", in_threads}, {"through_callback", through_callback}, {"asynchronous",
        asynchronous},
        {"thread_locals", thread_locals}, {"containers", containers}, {"conditions", conditions}, {"child_unwinds",
        child_unwinds},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}

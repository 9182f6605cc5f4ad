// CUDA C++ on the host: the language's words as ordinary C++, and a launch that runs the threads of a block one after
// another. Threads of a kernel with barriers are fibers that take turns from barrier to barrier.
#pragma once
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <tuple>
#include <type_traits>
#include <ucontext.h>
#include <utility>
#include <vector>

#define __device__
#define __host__
#define __global__
#define __forceinline__ inline
#define __noinline__
#define __constant__ static
#define __shared__ static
#define __launch_bounds__(...)
#define __restrict__ __restrict

struct on_host_dim { unsigned x, y, z; };
static on_host_dim threadIdx, blockIdx, blockDim, gridDim;
static const int warpSize = 32;
alignas(64) static char on_host_shared[256 * 1024];

static ucontext_t on_host_scheduler;
static std::vector<ucontext_t> on_host_fibers;
static std::vector<char> on_host_finished, on_host_stacks;
static unsigned on_host_current;
static bool on_host_together;

static inline void __syncthreads() {
  if (on_host_together) swapcontext(&on_host_fibers[on_host_current], &on_host_scheduler);
}
static inline void __syncwarp(unsigned = ~0u) { __syncthreads(); }
static inline void __threadfence() {}

template <class To, class From> static inline To on_host_bits(From value) {
  To bits;
  static_assert(sizeof bits == sizeof value, "same size");
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static inline float __int_as_float(int x) { return on_host_bits<float>(x); }
static inline int __float_as_int(float x) { return on_host_bits<int>(x); }
static inline double __longlong_as_double(long long x) { return on_host_bits<double>(x); }
static inline long long __double_as_longlong(double x) { return on_host_bits<long long>(x); }

template <class T, class U> static inline T atomicAdd(T *p, U v) { T old = *p; *p = old + T(v); return old; }
template <class T, class U> static inline T atomicMax(T *p, U v) { T old = *p; if (T(v) > old) *p = v; return old; }
template <class T, class U> static inline T atomicMin(T *p, U v) { T old = *p; if (T(v) < old) *p = v; return old; }
template <class T, class U, class V> static inline T atomicCAS(T *p, U expected, V v) {
  T old = *p;
  if (old == T(expected)) *p = T(v);
  return old;
}

using std::abs; using std::isfinite; using std::isinf; using std::isnan; using std::max; using std::min;
using std::signbit;
static inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
static inline float rsqrt(float x) { return 1.0f / std::sqrt(x); }

// The driver passes an array of pointers to the arguments of the kernel.
template <class... A, size_t... I> static void on_host_call(void (*kernel)(A...), void **p, std::index_sequence<I...>) {
  kernel(*reinterpret_cast<std::remove_cv_t<std::remove_reference_t<A>> *>(p[I])...);
}
template <class... A> static void on_host_call(void (*kernel)(A...), void **p) {
  on_host_call(kernel, p, std::index_sequence_for<A...>{});
}
template <class K> struct on_host_fiber {
  static K *kernel;
  static void **arguments;
  static void run() {
    on_host_call(kernel, arguments);
    on_host_finished[on_host_current] = 1;
  }
};
template <class K> K *on_host_fiber<K>::kernel;
template <class K> void **on_host_fiber<K>::arguments;

static inline void on_host_select(unsigned thread) {
  on_host_current = thread;
  threadIdx = {thread % blockDim.x, thread / blockDim.x % blockDim.y, thread / (blockDim.x * blockDim.y)};
}

// One block of fibers. Those that have ended count as arrived at every later barrier, as they do on a device.
template <class K> static void on_host_block(K *kernel, void **p, size_t stack) {
  const unsigned threads = on_host_finished.size();
  on_host_fiber<K>::kernel = kernel;
  on_host_fiber<K>::arguments = p;
  for (unsigned t = 0; t < threads; t++) {
    ucontext_t &fiber = on_host_fibers[t];
    getcontext(&fiber);
    fiber.uc_stack.ss_sp = &on_host_stacks[stack * t];
    fiber.uc_stack.ss_size = stack;
    fiber.uc_link = &on_host_scheduler;
    on_host_finished[t] = 0;
    makecontext(&fiber, (void (*)())&on_host_fiber<K>::run, 0);
  }
  for (unsigned waiting = threads; waiting;) {
    waiting = 0;
    for (unsigned t = 0; t < threads; t++) {
      if (on_host_finished[t]) continue;
      on_host_select(t);
      swapcontext(&on_host_scheduler, &on_host_fibers[t]);
      waiting += !on_host_finished[t];
    }
  }
}

template <class K>
static void on_host_launch(K *kernel, void **p, on_host_dim grid, on_host_dim block, bool together) {
  const size_t stack = 65536;
  const unsigned threads = block.x * block.y * block.z;
  gridDim = grid;
  blockDim = block;
  on_host_together = together;
  if (together) {
    if (on_host_stacks.size() < stack * threads) on_host_stacks.resize(stack * threads);
    on_host_fibers.resize(threads);
    on_host_finished.resize(threads);
  }
  for (unsigned z = 0; z < grid.z; z++)
    for (unsigned y = 0; y < grid.y; y++)
      for (unsigned x = 0; x < grid.x; x++) {
        blockIdx = {x, y, z};
        if (together) {
          on_host_block(kernel, p, stack);
          continue;
        }
        for (unsigned t = 0; t < threads; t++) {
          on_host_select(t);
          on_host_call(kernel, p);
        }
      }
}

/* A clock that runs SPEED times as fast, for a program that is started with LD_PRELOAD (glibc).
 *
 * ASO_FAST_CLOCK is "SPEED REALTIME_NS MONOTONIC_NS": the instant, by both real clocks, from which
 * on time is fast; programs that are given the same three share their time. What is asked (the
 * time, how long to wait, when a file was written) is in fast time, what the kernel does in real.
 * Held to it by `fast_clock.py`, which measures each of them in CPython before anything else runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

typedef long long ns_t;
#define SECOND 1000000000LL
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ns_t speed, bases[2]; /* by clock: CLOCK_REALTIME is 0, CLOCK_MONOTONIC 1 */

__attribute__((constructor)) static void begin(void) {
    const char *said = getenv("ASO_FAST_CLOCK");
    if (!said || sscanf(said, "%lld %lld %lld", &speed, &bases[0], &bases[1]) != 3) speed = 0;
}

static int is_fast(clockid_t clock) {
    return speed && (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC);
}
static ns_t ns_of(const struct timespec *at) { return at->tv_sec * SECOND + at->tv_nsec; }
static void put(struct timespec *at, ns_t ns) {
    at->tv_sec = ns / SECOND;
    at->tv_nsec = ns % SECOND;
}
static ns_t fast(clockid_t clock, ns_t real) {
    return real < bases[clock] ? real : bases[clock] + (real - bases[clock]) * speed;
}
static ns_t slow(clockid_t clock, ns_t fast_ns) {
    return fast_ns < bases[clock] ? fast_ns : bases[clock] + (fast_ns - bases[clock]) / speed;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (!failed && is_fast(clock)) put(now, fast(clock, ns_of(now)));
    return failed;
}
time_t time(time_t *now) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (now) *now = at.tv_sec;
    return at.tv_sec;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec at;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &at);
    now->tv_sec = at.tv_sec;
    now->tv_usec = at.tv_nsec / 1000;
    return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *ask, struct timespec *left) {
    struct timespec real = *ask;
    if (is_fast(clock))
        put(&real, flags & TIMER_ABSTIME ? slow(clock, ns_of(ask)) : ns_of(ask) / speed);
    return REAL(clock_nanosleep)(clock, flags, &real, left);
}
int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *until) {
    struct timespec real = *until;
    if (is_fast(clock)) put(&real, slow(clock, ns_of(until)));
    return REAL(sem_clockwait)(sem, clock, &real);
}
int sem_timedwait(sem_t *sem, const struct timespec *until) {
    struct timespec real = *until;
    if (speed) put(&real, slow(CLOCK_REALTIME, ns_of(until)));
    return REAL(sem_timedwait)(sem, &real);
}
int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock, const struct timespec *until) {
    struct timespec real = *until; /* CPython's are by the monotonic clock */
    if (speed) put(&real, slow(CLOCK_MONOTONIC, ns_of(until)));
    return REAL(pthread_cond_timedwait)(cond, lock, &real);
}
int poll(struct pollfd *files, nfds_t count, int timeout_ms) {
    int real = speed && timeout_ms > 0 ? (int)((timeout_ms + speed - 1) / speed) : timeout_ms;
    return REAL(poll)(files, count, real);
}

static int aged(int failed, struct stat *found) {
    if (!failed && speed) put(&found->st_mtim, fast(CLOCK_REALTIME, ns_of(&found->st_mtim)));
    return failed;
}
int stat(const char *path, struct stat *found) { return aged(REAL(stat)(path, found), found); }
int fstat(int file, struct stat *found) { return aged(REAL(fstat)(file, found), found); }
int fstatat(int folder, const char *path, struct stat *found, int flags) {
    return aged(REAL(fstatat)(folder, path, found, flags), found);
}

#include "base/scoreboard.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"

#define CACHE_LINE_BYTES 64
#define ID_WORDS (SCOREBOARD_ID_BYTES / sizeof(uint64_t))

/* Each score has cache lines of its own, so that workers do not slow each other down. */
struct score {
    alignas(CACHE_LINE_BYTES) _Atomic int32_t pid;
    _Atomic uint32_t generation;
    _Atomic uint32_t state;
    _Atomic uint32_t role;
    _Atomic int64_t since_us;
    _Atomic uint64_t request_count;
    _Atomic uint64_t request_id[ID_WORDS]; /* the text's bytes, NUL-padded */
};

struct scoreboard {
    _Atomic int64_t wanted[SCORE_ROLE__MAX];
    _Atomic int32_t note;
    struct score scores[SCOREBOARD_SIZE];
};

struct scoreboard *scoreboard_new(void)
{
    void *memory = mmap(NULL, sizeof(struct scoreboard), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void scoreboard_free(struct scoreboard *board)
{
    munmap(board, sizeof *board);
}

struct score *scoreboard_get(struct scoreboard *board, size_t index)
{
    return &board->scores[index];
}

void score_init(struct score *score, uint32_t generation, enum score_role role)
{
    score_set_pid(score, 0);
    atomic_store(&score->role, (uint32_t)role);
    atomic_store(&score->generation, generation);
    atomic_store(&score->request_count, 0);
    score_set_request_id(score, "");
    score_set_state(score, SCORE_STARTING);
}

void score_set_pid(struct score *score, int32_t pid)
{
    atomic_store(&score->pid, pid);
}

void score_set_state(struct score *score, enum score_state state)
{
    /* The time goes first: a reader that sees a state never sees an older one's time with it. */
    atomic_store(&score->since_us, clock_monotonic_us());
    atomic_store(&score->state, (uint32_t)state);
}

void score_set_request_id(struct score *score, const char *id)
{
    uint64_t words[ID_WORDS] = {0};
    size_t len = strnlen(id, SCOREBOARD_ID_BYTES - 1);

    memcpy(words, id, len);
    for (size_t i = 0; i < ID_WORDS; i++)
        atomic_store_explicit(&score->request_id[i], words[i], memory_order_relaxed);
}

void score_add_request(struct score *score)
{
    atomic_fetch_add(&score->request_count, 1);
}

struct score_view score_read(const struct score *score)
{
    struct score_view view = {.pid = atomic_load(&score->pid),
                              .generation = atomic_load(&score->generation),
                              .state = (enum score_state)atomic_load(&score->state),
                              .since_us = atomic_load(&score->since_us),
                              .request_count = atomic_load(&score->request_count)};
    uint64_t words[ID_WORDS];

    for (size_t i = 0; i < ID_WORDS; i++)
        words[i] = atomic_load_explicit(&score->request_id[i], memory_order_relaxed);
    memcpy(view.request_id, words, sizeof words);
    return view;
}

void scoreboard_set_wanted(struct scoreboard *board, enum score_role role, int64_t count)
{
    atomic_store(&board->wanted[role], count);
}

int32_t scoreboard_swap_note(struct scoreboard *board, int32_t note)
{
    return atomic_exchange(&board->note, note);
}

/* Adds one score to the census. */
static void census_add(struct score_census *census, const struct score *score)
{
    uint32_t state = atomic_load_explicit(&score->state, memory_order_relaxed);

    if (atomic_load_explicit(&score->pid, memory_order_relaxed) == getpid())
        state = SCORE_READY;
    census->starting_count += state == SCORE_STARTING;
    census->ready_count += state == SCORE_READY;
    census->busy_count += state == SCORE_BUSY;
}

struct score_census scoreboard_count(const struct scoreboard *board, enum score_role role)
{
    struct score_census census = {.wanted_count = atomic_load(&board->wanted[role])};

    for (size_t i = 0; i < SCOREBOARD_SIZE; i++) {
        const struct score *score = &board->scores[i];

        if (atomic_load_explicit(&score->role, memory_order_relaxed) == (uint32_t)role)
            census_add(&census, score);
    }
    return census;
}

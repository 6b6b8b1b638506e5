#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static void test_alloc_is_zeroed_and_aligned(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 300; size++) {
            unsigned char *bytes = arena_alloc(arena, size);

            assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(bytes[i], 0);
            memset(bytes, 0xAA, size);
        }
        arena_reset(arena);
    }
    arena_free(arena);
}

static void test_pieces_do_not_touch(void **state)
{
    struct arena *arena = arena_new();
    unsigned char *pieces[500];

    (void)state;
    for (size_t i = 0; i < HW_COUNT(pieces); i++) {
        pieces[i] = arena_alloc(arena, i * 7);
        memset(pieces[i], (int)(i % 251), i * 7);
    }
    for (size_t i = 0; i < HW_COUNT(pieces); i++)
        for (size_t j = 0; j < i * 7; j++)
            assert_int_equal(pieces[i][j], i % 251);
    arena_free(arena);
}

static void test_large_pieces(void **state)
{
    struct arena *arena = arena_new();
    char *small = arena_text(arena, "small", 5);
    char *large = arena_alloc(arena, 5000000);

    (void)state;
    large[4999999] = 'x';
    assert_string_equal(small, "small");
    assert_string_equal(arena_text(arena, "after", 5), "after");
    arena_reset(arena);
    assert_int_equal(((char *)arena_alloc(arena, 5000000))[4999999], 0);
    arena_free(arena);
}

static void test_text(void **state)
{
    struct arena *arena = arena_new();
    char *copy = arena_text(arena, "abcdef", 3);

    (void)state;
    assert_string_equal(copy, "abc");
    assert_string_equal(arena_text(arena, "", 0), "");
    assert_string_equal(arena_printf(arena, "%s-%d", "x", 42), "x-42");
    assert_string_equal(arena_printf(arena, "%s", ""), "");
    assert_int_equal(strlen(arena_printf(arena, "%*s", 100000, "x")), 100000);
    arena_free(arena);
}

static void append(void *thing)
{
    char **end = thing;

    *(*end)++ = 'x';
}

static void number(void *thing)
{
    static int next;

    *(int *)thing = ++next;
}

static void test_deferred_run_in_reverse(void **state)
{
    struct arena *arena = arena_new();
    int first = 0, second = 0;

    (void)state;
    arena_defer(arena, number, &first);
    arena_defer(arena, number, &second);
    assert_int_equal(first, 0);
    arena_reset(arena);
    assert_true(second > 0);
    assert_int_equal(first, second + 1);
    arena_free(arena);
}

static void test_deferred_run_once(void **state)
{
    struct arena *arena = arena_new();
    char runs[4] = "";
    char *end = runs;

    (void)state;
    arena_defer(arena, append, &end);
    arena_reset(arena);
    arena_reset(arena);
    assert_string_equal(runs, "x");
    arena_defer(arena, append, &end);
    arena_free(arena);
    assert_string_equal(runs, "xx");
    arena_free(NULL);
}

/* A deferred call may look at what lives on the arena. */
static void check_text(void *thing)
{
    assert_string_equal(thing, "still here");
}

static void test_deferred_before_memory_goes(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    arena_defer(arena, check_text, arena_text(arena, "still here", 10));
    arena_alloc(arena, 100000);
    arena_free(arena);
}

/* Runs the call in a child; returns the signal that ended it, or 0. */
static int signal_of(void (*call)(struct arena *arena))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        const struct rlimit none = {0, 0};

        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        call(arena_new());
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void ask_product_overflow(struct arena *arena)
{
    arena_array(arena, SIZE_MAX / 2, 3);
}

static void ask_rounding_overflow(struct arena *arena)
{
    arena_alloc(arena, SIZE_MAX);
}

static void ask_nothing(struct arena *arena)
{
    arena_array(arena, 0, 8);
    arena_array(arena, SIZE_MAX, 0);
}

static void test_overflow_aborts(void **state)
{
    (void)state;
    assert_int_equal(signal_of(ask_product_overflow), SIGABRT);
    assert_int_equal(signal_of(ask_rounding_overflow), SIGABRT);
    assert_int_equal(signal_of(ask_nothing), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc_is_zeroed_and_aligned),
        cmocka_unit_test(test_pieces_do_not_touch),
        cmocka_unit_test(test_large_pieces),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_deferred_run_in_reverse),
        cmocka_unit_test(test_deferred_run_once),
        cmocka_unit_test(test_deferred_before_memory_goes),
        cmocka_unit_test(test_overflow_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

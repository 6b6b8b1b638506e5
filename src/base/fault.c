#include "base/fault.h"

#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BOARD_VARIABLE "HEADWATER_FAULTS"
#define TRACE_SUFFIX ".trace"
#define PATH_BYTES 256

/* The tests write the board by these offsets. */
_Static_assert(sizeof(struct fault_rule) == FAULT_POINT_BYTES + 6 * sizeof(int64_t), "padding");
_Static_assert(sizeof(struct fault_board) ==
                   sizeof(int64_t) + FAULT_RULE_MAX * sizeof(struct fault_rule),
               "padding");

static struct fault_board *board_map(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *memory = MAP_FAILED;

    if (fd >= 0)
        memory = mmap(NULL, sizeof(struct fault_board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        abort();
    close(fd);
    return memory;
}

/* The board, or NULL if this process has none. */
static struct fault_board *board_find(void)
{
    static struct fault_board *board;
    static bool is_looked_for;
    const char *path;

    if (is_looked_for)
        return board;
    is_looked_for = true;
    path = getenv(BOARD_VARIABLE);
    if (path != NULL)
        board = board_map(path);
    return board;
}

static bool rule_matches(const struct fault_rule *rule, const char *point)
{
    size_t len = strnlen(rule->point, FAULT_POINT_BYTES);

    if (len > 0 && rule->point[len - 1] == '*')
        return strncmp(rule->point, point, len - 1) == 0;
    return strncmp(rule->point, point, FAULT_POINT_BYTES) == 0;
}

/* One write, so that the lines of several processes do not mix. */
static void trace_add(const char *point)
{
    char path[PATH_BYTES];
    char line[FAULT_POINT_BYTES + 32];
    int path_len = snprintf(path, sizeof path, "%s" TRACE_SUFFIX, getenv(BOARD_VARIABLE));
    int len = snprintf(line, sizeof line, "%s %ld\n", point, (long)getpid());
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

    if (path_len >= PATH_BYTES || fd < 0 || write(fd, line, (size_t)len) != len)
        abort();
    close(fd);
}

static void signal_self(int number)
{
    if (kill(getpid(), number) != 0)
        abort();
}

/* Acts; true if the call is to fail. What is noted must be noted before the process dies. */
static bool rule_fire(struct fault_rule *rule)
{
    atomic_store(&rule->fired_pid, getpid());
    atomic_fetch_add(&rule->fire_count, 1);
    switch ((enum fault_action)rule->action) {
    case FAULT_KILL:
        signal_self(SIGKILL);
        return false;
    case FAULT_STOP:
        signal_self(SIGSTOP);
        return false;
    case FAULT_SLEEP:
        nanosleep(&(struct timespec){.tv_sec = rule->sleep_us / 1000000,
                                     .tv_nsec = rule->sleep_us % 1000000 * 1000},
                  NULL);
        return false;
    case FAULT_ERROR:
        return true;
    case FAULT_COUNT:
    case FAULT_TRACE:
        return false;
    }
    abort();
}

static bool rule_pass(struct fault_rule *rule, const char *point)
{
    if (atomic_load(&rule->countdown) <= 0 || !rule_matches(rule, point))
        return false;
    atomic_fetch_add(&rule->pass_count, 1);
    if (rule->action == FAULT_TRACE) {
        trace_add(point);
        return false;
    }
    return atomic_fetch_sub(&rule->countdown, 1) == 1 && rule_fire(rule);
}

static bool board_pass(struct fault_board *board, const char *point)
{
    bool must_fail = false;

    for (size_t i = 0; i < FAULT_RULE_MAX; i++)
        if (rule_pass(&board->rules[i], point))
            must_fail = true;
    return must_fail;
}

bool fault_pass(const char *kind, const char *name, const char *when)
{
    struct fault_board *board = board_find();
    char point[FAULT_POINT_BYTES];
    size_t kind_len = strcspn(kind, " \t\n");

    if (board == NULL)
        return false;
    snprintf(point, sizeof point, "%.*s%s%s%s%s", (int)kind_len, kind, name == NULL ? "" : ":",
             name == NULL ? "" : name, when == NULL ? "" : ":", when == NULL ? "" : when);
    for (size_t i = 0; i < kind_len && point[i] != '\0'; i++)
        point[i] = (char)tolower((unsigned char)point[i]);
    return board_pass(board, point);
}

/* The collection that a URL speaks of: the first plural in its path. Everything else there is a
 * version, the name of a service, or an id that must not get into a point's name. */
static size_t collection_find(const char *url, const char **ret_start)
{
    const char *host = strstr(url, "://");
    const char *segment = strchr(host == NULL ? url : host + 3, '/');

    while (segment != NULL) {
        size_t len = strcspn(segment + 1, "/?");

        *ret_start = segment + 1;
        if (len > 1 && segment[len] == 's')
            return len;
        segment = segment[len + 1] == '/' ? segment + len + 1 : NULL;
    }
    return 0;
}

bool fault_pass_call(const char *body, const char *url, const char *when)
{
    char name[FAULT_POINT_BYTES];
    const char *collection = "";
    size_t len = collection_find(url, &collection);

    snprintf(name, sizeof name, "%s:%.*s", body == NULL ? "GET" : "POST", (int)len, collection);
    return fault_pass("http", name, when);
}

int64_t fault_clock_us(void)
{
    struct fault_board *board = board_find();

    return board == NULL ? 0 : atomic_load(&board->clock_offset_us);
}

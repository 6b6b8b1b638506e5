/*
 * Fault points: the places where a test makes a process die, stop, wait or fail. Every effect of
 * the program passes one of a few places in edge/ and base/, so the points stand there, and no
 * other code knows of them. Only the builds for tests have any (HW_FAULT_POINTS, see Makefile.am):
 * in a release a point is the constant false, and this file's functions are not linked.
 *
 * The points, NAME being a statement's:
 *
 *   sql:NAME:before|after       a prepared statement; after: it has run
 *   begin:before|after          BEGIN
 *   commit:NAME:before|after    COMMIT, by the last statement of the transaction
 *   rollback:NAME:before|after  ROLLBACK, likewise
 *   connect:before              a connection to MariaDB
 *   http:GET:users:before|after a call, by its method and the collection in its URL; before: the
 *                               connection stands; after: the reply is here
 *   answer:before|after         the answer to nginx; after: it is sent and the connection closed
 *   alloc                       memory from an arena, and what libraries must give
 *
 * A test steers them through a file that all its processes map: a struct fault_board, whose path
 * the environment variable HEADWATER_FAULTS names. Without the variable nothing happens.
 */
#ifndef HW_BASE_FAULT_H
#define HW_BASE_FAULT_H

#include "base/base.h"

#define FAULT_RULE_MAX 8
#define FAULT_POINT_BYTES 96

enum fault_action {
    FAULT_COUNT, /* nothing: the passings are counted */
    FAULT_TRACE, /* the same at every passing: the point's name and the process id become a line of
                    the file PATH.trace */
    FAULT_KILL,  /* SIGKILL to itself */
    FAULT_STOP,  /* SIGSTOP to itself */
    FAULT_SLEEP, /* waits */
    FAULT_ERROR  /* the call fails as the real thing would: the connection is lost, there is no
                    memory */
};

/* What happens at a point. The test writes the first three fields while COUNTDOWN is 0, then the
 * counters, and arms the rule with COUNTDOWN last. */
struct fault_rule {
    char point[FAULT_POINT_BYTES]; /* a name, or the start of names with a * behind it */
    int64_t action;                /* enum fault_action */
    int64_t sleep_us;              /* of FAULT_SLEEP */
    _Atomic int64_t countdown;     /* acts at this passing and is disarmed; 0 or less = disarmed */
    _Atomic int64_t pass_count;    /* passings since it was armed */
    _Atomic int64_t fire_count;    /* how often it has acted */
    _Atomic int64_t fired_pid;     /* the process in which it acted last */
};

/* The file, without padding, in the machine's byte order. */
struct fault_board {
    _Atomic int64_t clock_offset_us; /* added to clock_now_us */
    struct fault_rule rules[FAULT_RULE_MAX];
};

/* Passes a point, whose name is made of the first word of KIND in small letters, NAME and WHEN,
 * without those that are NULL. True if the call that stands here is to fail. */
bool fault_pass(const char *kind, const char *name, const char *when);

/* The same for an HTTP call: a GET if BODY is NULL, else a POST. */
bool fault_pass_call(const char *body, const char *url, const char *when);

/* How far the clock is moved. */
int64_t fault_clock_us(void);

#ifdef HW_FAULT_POINTS
#define FAULT_POINT(kind, name, when) fault_pass(kind, name, when)
#define FAULT_CALL(body, url, when) fault_pass_call(body, url, when)
#define FAULT_CLOCK_US() fault_clock_us()
#else
#define FAULT_POINT(kind, name, when) ((void)(kind), (void)(name), false)
#define FAULT_CALL(body, url, when) false
#define FAULT_CLOCK_US() 0
#endif

#define FAULT_ALLOC() FAULT_POINT("alloc", NULL, NULL)

/* What an error says that a fault point has made. */
#define FAULT_TEXT "a fault point"

#endif

/* A request body for the tests of the rules: JSON text in, checked input and faults out. */
#ifndef HW_T_BODY_H
#define HW_T_BODY_H

#include "rule/problem.h"
#include "rule/stream_input.h"

struct arena;
struct value;

struct body {
    struct arena *arena;
    struct problem_list problems;
    struct stream_input input;
};

/* Reads a body with libcurl's URL parser and the zones UTC, Europe/Berlin and Asia/Calcutta. */
void body_init(struct body *body, const char *text);
void body_clear(struct body *body);

/* Asserts the faults of a body, "POINTER CODE" each, one a line, in order; "" for none. */
void body_assert(const char *text, const char *faults);

/* The same for a body that has one good pair, and MEMBERS besides. */
void body_assert_with(const char *members, const char *faults);

/* A list of faults in that form, on its arena. */
const char *body_faults(const struct problem_list *problems);

/* JSON text that must be fine, as a value. */
const struct value *body_value(struct arena *arena, const char *text);

#endif

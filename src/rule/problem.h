/* What is wrong with a request: every offender, each with its place: the JSON Pointer (RFC 6901) of
 * a field of the body, or the name of a parameter of the query. */
#ifndef HW_RULE_PROBLEM_H
#define HW_RULE_PROBLEM_H

#include "base/base.h"

struct arena;

struct problem {
    const char *pointer;   /* "/pairs/0/accountHandle"; "" is the whole body */
    const char *parameter; /* in its stead: "validateOnly"; NULL = it is of the body */
    const char *code;      /* stable word: required, type, unknown_field, pattern, ... */
    const char *message;   /* says the mend, starts in lower case: "must be ..." */
    struct problem *next;
};

struct problem_list {
    struct arena *arena;
    struct problem *first;
    struct problem *last;
    size_t count;
};

/* An empty list whose problems will live on ARENA. */
void problem_list_init(struct problem_list *list, struct arena *arena);

/* Adds an offender. POINTER and CODE must live as long as the list (constants, or its arena); the
 * message is formatted onto the arena. */
void problem_add(struct problem_list *list, const char *pointer, const char *code,
                 const char *format, ...) HW_PRINTF(4, 5);

/* Adds an offender of the query. All three must live as long as the list. */
void problem_add_parameter(struct problem_list *list, const char *parameter, const char *code,
                           const char *message);

/* Where it is, in words for the log: the pointer or the parameter. */
const char *problem_place(const struct problem *problem);

/* POINTER with "/NAME" behind it, NAME escaped as RFC 6901 says (~ as ~0, / as ~1). */
const char *problem_pointer(struct arena *arena, const char *pointer, const char *name);

/* POINTER with "/INDEX" behind it. */
const char *problem_pointer_index(struct arena *arena, const char *pointer, size_t index);

#endif

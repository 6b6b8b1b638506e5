/* What a check of `headwater doctor` found, and how to mend it. */
#ifndef HW_ADMIN_FINDING_H
#define HW_ADMIN_FINDING_H

#include "base/base.h"
#include "base/err.h"

enum finding_state {
    FINDING_OK,
    FINDING_WARN,    /* works today; look at it soon */
    FINDING_FAIL,    /* the service does not work, or not fully */
    FINDING_SKIPPED, /* not looked at: another check that failed comes first */
    FINDING__MAX
};

struct finding {
    enum finding_state state;
    struct errmsg message; /* what is so, one sentence */
    struct errmsg remedy;  /* what to do; empty if nothing */
};

/* The word for a state, for programs ("fail") and as the table for people has it ("FAIL"). */
const char *finding_state_text(enum finding_state state);
const char *finding_state_mark(enum finding_state state);

/* Sets state and message. */
void finding_set(struct finding *finding, enum finding_state state, const char *format, ...)
    HW_PRINTF(3, 4);

/* Sets what to do. */
void finding_advise(struct finding *finding, const char *format, ...) HW_PRINTF(2, 3);

#endif

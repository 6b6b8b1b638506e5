/* What is asked and answered about a handle on X; filled by the cache or by the outside service. */
#ifndef HW_RULE_LOOKUP_H
#define HW_RULE_LOOKUP_H

#include "base/base.h"

struct profile {
    int64_t x_user_id;  /* the account's identity; handles change hands */
    const char *handle; /* in its canonical letter case */
    const char *name;   /* display name; NULL if none */
    bool is_protected;
};

enum lookup_outcome {
    LOOKUP_FAILED,  /* down, slow, rate-limited, out of credits, or nonsense */
    LOOKUP_MISSING, /* no such account, suspended or deleted */
    LOOKUP_FOUND
};

struct lookup {
    const char *handle; /* in: validated, bare */
    enum lookup_outcome outcome;
    struct profile profile; /* LOOKUP_FOUND only; strings live on the arena */
    const char *why;        /* otherwise: one sentence for the log */
};

#endif

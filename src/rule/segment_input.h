/* The inline segment of a pair, checked. Contract section 1. */
#ifndef HW_RULE_SEGMENT_INPUT_H
#define HW_RULE_SEGMENT_INPUT_H

#include "base/base.h"

struct arena;
struct field_table;
struct problem_list;
struct value;

enum gender { GENDER_FEMALE, GENDER_MALE, GENDER_NONBINARY, GENDER_UNKNOWN, GENDER__MAX };

enum follower_tier {
    FOLLOWER_UNDER_1K,
    FOLLOWER_1K_TO_10K,
    FOLLOWER_10K_TO_100K,
    FOLLOWER_100K_TO_1M,
    FOLLOWER_OVER_1M,
    FOLLOWER__MAX
};

/* The names, as in the API and in SQL. */
const char *gender_text(enum gender gender);
const char *follower_tier_text(enum follower_tier tier);

struct label_input {
    const char *pointer;  /* of this label in the request */
    const char *category; /* as typed */
    const char *label;    /* as typed, for messages */
    const char *folded;   /* white space trimmed and collapsed: what is looked up */
    int64_t label_id;     /* 0 until the catalogue knew it */
};

struct segment_input {
    const char *description;
    const char *name;              /* NULL = none */
    unsigned gender_values;        /* bit 1 << enum gender */
    unsigned follower_count_tiers; /* bit 1 << enum follower_tier */
    struct label_input *labels;    /* in source order */
    size_t label_count;
};

/* The fields of an inline segment, for checks of the documentation. */
extern const struct field_table segment_input_fields;

/* Reads and checks one inline segment at POINTER. Every fault goes to PROBLEMS; the result is only
 * to be used if there was none. It lives on the list's arena. */
void segment_input_read(const struct value *object, const char *pointer,
                        struct problem_list *problems, struct segment_input *ret_segment);

/* True if both mean the same segment once labels are canonical and arrays are taken as sets. Labels
 * the catalogue does not know compare by category and folded text, ignoring ASCII case. */
bool segment_input_equal(const struct segment_input *a, const struct segment_input *b);

#endif

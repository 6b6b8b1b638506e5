/*
 * The body of POST /v1/streams, checked: all bounds and defaults of contract section 1, every fault
 * with its pointer. What only the database or an outside service knows is not decided here.
 */
#ifndef HW_RULE_STREAM_INPUT_H
#define HW_RULE_STREAM_INPUT_H

#include "base/base.h"
#include "rule/tier.h"

struct arena;
struct field_table;
struct problem_list;
struct segment_input;
struct url_parts;
struct value;
struct zone_list;

#define STREAM_PAIR_MAX 50
#define STREAM_SLOT_MAX 96

enum email_mode { EMAIL_MODE_VERIFIED, EMAIL_MODE_ANY, EMAIL_MODE__MAX };
enum email_digest {
    EMAIL_DIGEST_NONE, /* not set: the team's setting */
    EMAIL_DIGEST_AFTER_EVERY_SYNC,
    EMAIL_DIGEST_DAILY,
    EMAIL_DIGEST_WEEKLY,
    EMAIL_DIGEST_OFF,
    EMAIL_DIGEST__MAX
};
enum telegram_override { TELEGRAM_NONE, TELEGRAM_FALSE, TELEGRAM_TRUE };
enum delivery { DELIVERY_LEADS_ONLY, DELIVERY_LEADS_PLUS_WEBHOOK, DELIVERY__MAX };
enum csv_format { CSV_STANDARD, CSV_EXCEL, CSV__MAX };

/* The names, as in the API and in SQL; email_digest_text is NULL for EMAIL_DIGEST_NONE. */
const char *email_mode_text(enum email_mode mode);
const char *email_digest_text(enum email_digest digest);
const char *delivery_text(enum delivery delivery);
const char *csv_format_text(enum csv_format format);

struct pair_input {
    const char *pointer; /* "/pairs/0" */
    int64_t account_id;  /* 0 if a handle is given */
    const char *handle;  /* bare, in the letter case typed; NULL if an id is given */
    enum tier tier;      /* TIER_STARTER unless given */
    bool tier_given;
    int64_t segment_id;            /* 0 if inline */
    struct segment_input *segment; /* NULL if by id */
};

struct csv_recipients {
    const char **to; /* at least one */
    size_t to_count;
    const char **cc;
    size_t cc_count;
    enum csv_format format;
};

struct stream_input {
    const char *name; /* trimmed; NULL = derive it */
    struct pair_input *pairs;
    size_t pair_count;
    uint8_t slots[STREAM_SLOT_MAX]; /* quarter-hours of the day, ascending */
    size_t slot_count;              /* 0 = the server picks one */
    const char *timezone;           /* NULL = default */
    bool auto_enrich_linkedin;
    bool auto_enrich_email;
    enum email_mode email_mode;
    enum email_digest email_digest;
    enum telegram_override telegram;
    enum delivery delivery;
    const char *webhook_url;          /* NULL = none */
    const struct csv_recipients *csv; /* NULL = none */
};

/* What the rules need from outside: known zones, and the URL parser of the library that will later
 * fetch the URL, so that both read it alike. */
struct stream_input_env {
    const struct zone_list *zones;
    bool (*url_split)(struct arena *arena, const char *text, struct url_parts *ret_parts);
};

/* The fields of the body, for checks of the documentation. */
extern const struct field_table stream_input_fields;

/* Reads and checks a body. Every fault goes to PROBLEMS (all of them, in source order as far as
 * sensible); the result is only to be used if there was none. It lives on the list's arena. */
void stream_input_read(const struct stream_input_env *env, const struct value *body,
                       struct problem_list *problems, struct stream_input *ret_input);

#endif

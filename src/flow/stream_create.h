/*
 * The use case of POST /v1/streams: from a checked input to a stored stream and its answer.
 *
 * A create is a list of steps (stream_create.c); each fills what the next one reads, or ends the
 * create. Every refusal comes before money moves, and nothing is asked of the network while a row
 * is locked.
 */
#ifndef HW_FLOW_STREAM_CREATE_H
#define HW_FLOW_STREAM_CREATE_H

#include "base/base.h"
#include "base/err.h"
#include "edge/digest.h"
#include "rule/problem.h"
#include "store/caller.h"
#include "store/pair.h"
#include "store/segment.h"
#include "store/stream.h"

struct arena;
struct flow;
struct lookup;
struct orphan;
struct phase_times;
struct segment_input;
struct stream_create;
struct zone_offset;

/* An account that the request names, each once, in request order. */
struct target {
    const char *pointer;     /* of the first pair that names it */
    int64_t account_id;      /* given in the request, or found */
    const char *handle;      /* given in the request; NULL if an id was */
    enum tier tier;          /* wanted for a new account */
    struct lookup *lookup;   /* what X says of the handle; NULL if an id was given */
    struct account *account; /* the team's account; NULL while it has none */
    enum pair_origin origin; /* what the create makes of it */
};

/* The bytes that go out and are kept under the Idempotency-Key. */
struct create_answer {
    int status;
    const char *body;
    size_t body_len;
};

struct stream_create {
    /* Set by the caller. */
    struct flow *flow;
    struct arena *arena;
    struct caller caller;
    const struct stream_input *input;
    const char *idempotency_key;              /* NULL = none was sent */
    unsigned char request_hash[DIGEST_BYTES]; /* of the body; only with a key */
    int64_t deadline_us;                      /* monotonic */
    const char *request_id;                   /* for write_answer */
    struct phase_times *phases;               /* where the time goes; NULL = nobody asks */
    /* Shapes the answer for ERR: the stream in `stream` and `pairs`, or the refusal in `problems`
     * and `orphans`. No I/O: it runs inside a transaction. */
    void (*write_answer)(const struct stream_create *create, enum err err,
                         struct create_answer *ret_answer);

    /* The run. */
    unsigned char run_id[STREAM_RUN_BYTES]; /* owner of the lease, and mark on the stream */
    const unsigned char *claim_owner;       /* of the key: this run, or the one it recovers */
    const char *step;                       /* what is going on, for the log */
    struct target *targets;
    size_t target_count;
    const struct segment_input *segment_input; /* the inline segment; NULL if named by id */
    struct segment_name segment;               /* the named one, or what the inline one is called */
    bool needs_team_lock; /* the set of billed or tracked accounts may change */
    unsigned wait_tiers;  /* bits of the tiers whose Stripe quantity must be applied first */
    bool is_recovery;     /* nobody waits for the answer, but other streams for their turn */
    bool is_admitted;     /* base/breaker.h has let it through to Stripe */
    bool was_short;       /* the chokepoint found too little room */
    bool is_reserved;     /* the stream stands in the database */
    bool is_answered;     /* the answer below is final: nothing more is to be done */

    /* What comes out. */
    struct stream stream;
    struct pair *pairs;
    size_t pair_count;
    struct problem_list problems; /* offenders of a refusal */
    struct orphan *orphans;
    size_t orphan_count;
    int64_t retry_after_s; /* for refusals that pass */
    bool is_replayed;      /* the answer is one given before */
    struct create_answer answer;
};

/* Runs the create. The answer is always set, for errors too; the result says how it ended, for the
 * log, with the step in CREATE. */
enum err stream_create_run(struct stream_create *create, struct errmsg *msg);

/* Goes on with a stream that stands and is pending, after the run that reserved it has died:
 * settles its bill and finishes it, or takes it out again if Stripe refuses. Of the caller's part
 * of CREATE only flow, arena, team id, deadline, request id and write_answer are needed. ERR_OK
 * with CREATE->stream active, or still pending; a refusal when it was taken out; ERR_NOT_FOUND if
 * it is gone already. */
enum err stream_create_recover(struct stream_create *create, int64_t stream_id,
                               struct errmsg *msg) HW_MUST_CHECK;

/* The accounts' ids in ascending order, on the arena: the order in which rows are locked. */
int64_t *stream_create_account_ids(struct stream_create *create);

#endif

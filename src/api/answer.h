/* Filling in an answer: JSON bodies and the one error envelope. Contract sections 3 and 4. */
#ifndef HW_API_ANSWER_H
#define HW_API_ANSWER_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct buf;
struct json_node;
struct orphan;
struct problem_list;
struct request;

/* The media type of health and readiness: draft-inadarei-api-health-check-06. */
#define ANSWER_HEALTH_TYPE "application/health+json"

/* What a refusal may add to its envelope. */
struct answer_details {
    const struct problem_list *problems; /* NULL = none */
    const struct orphan *orphans;
    size_t orphan_count;
    const char *message; /* NULL = the code's own; plain ASCII */
};

/* Writes the envelope of ERR: code, message, requestId, details. */
void answer_write_error(struct arena *arena, enum err err, const char *request_id,
                        const struct answer_details *details, struct buf *ret_body);

/* Answers the request with the envelope of its error and its headers. */
void answer_error(struct request *request, const struct answer_details *details);

/* Adds the headers that go with the request's error. RETRY_AFTER_S 0 takes the code's own pause. */
void answer_headers(struct request *request, int64_t retry_after_s);

/* Answers the request with a JSON object. */
void answer_node(struct request *request, int status, const struct json_node *root);

/* Answers the request with a body. */
void answer_body(struct request *request, int status, const char *body, size_t body_len);

#endif

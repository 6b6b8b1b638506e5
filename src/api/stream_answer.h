/* The answer to a create: the stream, or the envelope of a refusal. */
#ifndef HW_API_STREAM_ANSWER_H
#define HW_API_STREAM_ANSWER_H

#include "base/base.h"
#include "base/err.h"

struct create_answer;
struct stream_create;

/* Shapes what goes out and is kept under the key, on the create's arena; called from within the
 * create (struct stream_create, write_answer). */
void stream_answer_write(const struct stream_create *create, enum err err,
                         struct create_answer *ret_answer);

#endif

/* The answer to a create or its dry run: the stream, or the envelope of a refusal. */
#ifndef HW_API_STREAM_ANSWER_H
#define HW_API_STREAM_ANSWER_H

#include "base/base.h"
#include "base/err.h"

struct create_answer;
struct stream_create;
struct stream_preview;

/* Shapes what goes out and is kept under the key, on the create's arena; called from within the
 * create (struct stream_create, write_answer). */
void stream_answer_write(const struct stream_create *create, enum err err,
                         struct create_answer *ret_answer);

/* Shapes what goes out for a dry run that ended with ERR; PREVIEW is looked at for ERR_OK only. */
void stream_answer_write_preview(const struct stream_create *create,
                                 const struct stream_preview *preview, enum err err,
                                 struct create_answer *ret_answer);

#endif

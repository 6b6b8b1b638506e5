/*
 * UTF-8 text: checking, counting, trimming. Lengths are code points unless a name says bytes. A
 * byte that is not UTF-8 counts as a character of its own and is kept.
 */
#ifndef HW_BASE_TEXT_H
#define HW_BASE_TEXT_H

#include "base/base.h"

struct arena;

/* Decodes the code point at *AT (at most END - *AT bytes), moves *AT behind it, returns it. Returns
 * -1 and does not move for anything RFC 3629 refuses: overlong forms, surrogates, above U+10FFFF.
 */
int32_t text_next(const char **at, const char *end);

/* True if all LEN bytes are UTF-8 by RFC 3629. */
bool text_is_utf8(const char *text, size_t len);

/* Code points of valid UTF-8. */
size_t text_length(const char *text);

/* True if the text holds a control character (Unicode category Cc: C0, DEL, C1). */
bool text_has_control(const char *text);

/* A copy without white space (Unicode White_Space) at both ends. */
char *text_trim(struct arena *arena, const char *text);

/* A copy, trimmed, with each inner run of white space and control characters made one space. */
char *text_collapse(struct arena *arena, const char *text);

/* A copy, trimmed, of at most MAX code points, cut behind a whole word if there is one; no space at
 * the end. */
char *text_cut_at_word(struct arena *arena, const char *text, size_t max);

#endif

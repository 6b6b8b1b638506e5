/* One line on standard error that shows how far a command has come, rewritten as it goes on; only
 * on a terminal, and not with --json. */
#ifndef HW_ADMIN_PROGRESS_LINE_H
#define HW_ADMIN_PROGRESS_LINE_H

#include "base/base.h"

struct options;

/* Shows progress from now on, if anybody can see it. */
void progress_line_begin(const struct options *options);

/* Takes the line away, before anything else is written. Harmless without one. */
void progress_line_end(void);

#endif

/* One line on standard error that shows how far a command has come, rewritten as it goes on, and
 * taken away for a line of the log; only on a terminal. */
#ifndef HW_ADMIN_PROGRESS_LINE_H
#define HW_ADMIN_PROGRESS_LINE_H

#include "base/base.h"

/* Shows progress from now on, if anybody can see it. */
void progress_line_begin(void);

/* Takes the line away, before anything else is written. Harmless without one. */
void progress_line_end(void);

#endif

/* How far a long piece of work has come, for a person who waits. Process-wide, as base/stop.h is;
 * who does the work does not know whether anybody looks. */
#ifndef HW_BASE_PROGRESS_H
#define HW_BASE_PROGRESS_H

#include "base/base.h"

/* Calls SHOW(WHAT, DONE, ALL) at every progress_note from now on. */
void progress_set(void (*show)(const char *what, int64_t done, int64_t all));

/* Notes that DONE of ALL pieces of work are done; WHAT says of which kind, or which comes next. */
void progress_note(const char *what, int64_t done, int64_t all);

#endif

/* The process that runs the reconciler (flow/reconcile.h) under the master. */
#ifndef HW_SERVE_RECONCILE_PROCESS_H
#define HW_SERVE_RECONCILE_PROCESS_H

#include "base/base.h"

struct worker_setup;

/* Runs passes; to be called in the forked process with SIGTERM blocked. Gives the
 * master a sign of life between two pieces of work. Leaves on SIGTERM or the master's death, both
 * after the piece of work at hand. Returns the exit status. */
int reconcile_process_run(const struct worker_setup *setup);

#endif

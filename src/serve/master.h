/* The master: keeps a fixed number of workers alive, and replaces them all on a reload. It touches
 * neither database nor network nor JSON, so that hardly anything can bring it down. */
#ifndef HW_SERVE_MASTER_H
#define HW_SERVE_MASTER_H

#include "base/base.h"

struct generation;

/* Opens the socket and runs until SIGTERM or SIGINT; returns the exit status. SIGHUP reads
 * CONFIG_PATH again. Owns FIRST, what was read from it before. */
int master_run(const char *config_path, struct generation *first);

#endif

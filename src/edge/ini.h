/* The configuration file: INI syntax, read by inih. */
#ifndef HW_EDGE_INI_H
#define HW_EDGE_INI_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct config;

/* Reads PATH over the defaults into CONFIG and checks it (config_check). Strings live on ARENA.
 * ERR_IO if the file cannot be read, ERR_USAGE with "path:line: ..." for what it says. */
enum err ini_read(const char *path, struct arena *arena, struct config *ret_config,
                  struct errmsg *msg) HW_MUST_CHECK;

/* The same, and where each option was set: RET_LINES, on ARENA, has the number of its line by its
 * place in config_options, 0 for an option that has its default. */
enum err ini_read_lines(const char *path, struct arena *arena, struct config *ret_config,
                        const int **ret_lines, struct errmsg *msg) HW_MUST_CHECK;

#endif

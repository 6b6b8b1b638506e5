/*
 * The commands of `headwater`: a table for each noun, in the noun's file. Help, and with it the
 * manual page and the completion, are held against these tables.
 */
#ifndef HW_ADMIN_COMMAND_H
#define HW_ADMIN_COMMAND_H

#include "base/base.h"
#include "base/err.h"

struct session;

struct command {
    const char *noun;
    const char *verb;  /* NULL: the noun stands alone */
    const char *about; /* what it is about, a word behind the verb; NULL = none */
    uint64_t required; /* sets of options, see admin/options.h */
    uint64_t allowed;
    const char *help; /* lines of text; all but the first are indented by six */
    /* Reads its options, does one thing and writes its answer. ERR_USAGE for a command line that
     * cannot be used, any other error for what failed; nothing is written to standard output then.
     */
    enum err (*run)(struct session *session, struct errmsg *msg);
};

struct command_list {
    const struct command *items;
    size_t count;
};

extern const struct command_list category_commands;  /* list, create */
extern const struct command_list config_commands;    /* show */
extern const struct command_list doctor_commands;    /* doctor */
extern const struct command_list key_commands;       /* create, list, show, set, revoke */
extern const struct command_list label_commands;     /* list, show, create, set */
extern const struct command_list migrate_commands;   /* migrate, migrate status */
extern const struct command_list reconcile_commands; /* reconcile */
extern const struct command_list stream_commands;    /* list, show */
extern const struct command_list team_commands;      /* create, list, show, set */
extern const struct command_list tier_commands;      /* list, show, set */
extern const struct command_list user_commands;      /* create, list, show, set */

#endif

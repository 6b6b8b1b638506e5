#include "admin/session.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "admin/options.h"
#include "base/arena.h"
#include "base/config.h"
#include "edge/ini.h"

enum err session_read_config(struct session *session, struct errmsg *msg)
{
    session->config = arena_alloc(session->arena, sizeof *session->config);
    return ini_read(session->config_path, session->arena, session->config, msg) == ERR_OK ? ERR_OK
                                                                                          : ERR_IO;
}

/* The connector passes over a file that it cannot read, and would then report a wrong user. */
static enum err file_check(const char *path, struct errmsg *msg)
{
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
        return ERR_OK;
    return errmsg_set(msg, ERR_IO, "Cannot read %.300s: %s.", path, strerror(errno));
}

enum err session_open(struct session *session, enum db_role role, struct errmsg *msg)
{
    const char *file = session->options->text[OPTION_DEFAULTS_FILE];
    enum err err = session->config == NULL ? session_read_config(session, msg) : ERR_OK;

    if (err != ERR_OK)
        return err;
    if (file == NULL)
        file = session->config->db_defaults_file;
    err = file_check(file, msg);
    if (err != ERR_OK)
        return err;
    session->db = db_new(file, session->config->db_group, role);
    return db_open(session->db, msg);
}

void session_clear(struct session *session)
{
    db_free(session->db);
    session->db = NULL;
}

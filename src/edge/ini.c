#include "edge/ini.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"

/* inih's buffer for a line, which must hold its line end and a NUL too. */
#define LINE_BUFFER_BYTES 1024
#define LINE_MAX_BYTES (LINE_BUFFER_BYTES - 3)

struct reading {
    FILE *file;
    const char *path;
    struct arena *arena;
    struct config config;
    int *lines; /* by index into config_options: where the file has set it; 0 = nowhere */
    int line;   /* number of the line read last */
    enum err err;
    struct errmsg *msg;
};

/* Ends the reading with a fault in its current line; 0 is a handler's "failed". */
static int line_refuse(struct reading *reading, enum err err, const char *fault)
{
    reading->err = errmsg_set(reading->msg, err, "%s:%d: %s", reading->path, reading->line, fault);
    return 0;
}

/* Reads a line for inih as fgets would, but refuses what fgets and inih would cut silently. */
static char *line_read(char *line, int size, void *thing)
{
    struct reading *reading = thing;
    int len = 0;
    int byte = 0;

    if (reading->err != ERR_OK)
        return NULL;
    reading->line++;
    while (byte != '\n' && (byte = getc(reading->file)) != EOF) {
        if (byte == '\0') {
            line_refuse(reading, ERR_USAGE, "This line holds a NUL byte.");
            return NULL;
        }
        if (len > size - 3) {
            line_refuse(reading, ERR_USAGE, "This line is too long.");
            return NULL;
        }
        line[len++] = (char)byte;
    }
    line[len] = '\0';
    return len == 0 ? NULL : line;
}

static int *option_line(struct reading *reading, const char *section, const char *name)
{
    for (size_t i = 0; i < config_option_count; i++)
        if (strcmp(config_options[i].section, section) == 0 &&
            strcmp(config_options[i].name, name) == 0)
            return &reading->lines[i];
    return NULL;
}

/* True if the value goes on with what was meant as a comment. */
static bool has_comment(const char *value)
{
    const char *at = value;

    while ((at = strpbrk(at, "#;")) != NULL) {
        if (at == value || at[-1] == ' ' || at[-1] == '\t')
            return true;
        at++;
    }
    return false;
}

static int option_take(void *thing, const char *section, const char *name, const char *value)
{
    struct reading *reading = thing;
    int *line = option_line(reading, section, name);
    struct errmsg msg;
    enum err err;

    if (reading->err != ERR_OK)
        return 0;
    if (section[0] == '\0')
        return line_refuse(reading, ERR_USAGE, "An option must stand below a [section].");
    if (has_comment(value))
        return line_refuse(reading, ERR_USAGE, "A comment must have a line of its own.");
    if (line != NULL && *line != 0)
        return line_refuse(reading, ERR_USAGE, "This option was already set further up.");
    err = config_set(&reading->config, reading->arena, section, name, value, &msg);
    if (err != ERR_OK)
        return line_refuse(reading, err, msg.text);
    /* config_set knows no option that the table does not have. */
    assert(line != NULL);
    *line = reading->line;
    return 1;
}

/* Debian's inih takes its settings at run time. */
static void parser_init(void)
{
    ini_allow_multiline = false;
    ini_allow_inline_comments = false;
    ini_stop_on_first_error = true;
    ini_use_stack = true;
    ini_max_line = LINE_BUFFER_BYTES;
}

static enum err file_read(struct reading *reading)
{
    int bad_line;

    parser_init();
    bad_line = ini_parse_stream(line_read, reading, option_take, reading);
    if (reading->err != ERR_OK)
        return reading->err;
    if (ferror(reading->file))
        return errmsg_set(reading->msg, ERR_IO, "Cannot read %s: %s.", reading->path,
                          strerror(errno));
    if (bad_line == 0)
        return ERR_OK;
    reading->line = bad_line;
    line_refuse(reading, ERR_USAGE, "This is no [section], no \"name = value\" and no # comment.");
    return reading->err;
}

enum err ini_read(const char *path, struct arena *arena, struct config *ret_config,
                  struct errmsg *msg)
{
    const int *ignored;

    return ini_read_lines(path, arena, ret_config, &ignored, msg);
}

enum err ini_read_lines(const char *path, struct arena *arena, struct config *ret_config,
                        const int **ret_lines, struct errmsg *msg)
{
    struct reading reading = {.path = path, .arena = arena, .msg = msg};
    struct errmsg fault;
    enum err err;

    reading.file = fopen(path, "re");
    if (reading.file == NULL)
        return errmsg_set(msg, ERR_IO, "Cannot read %s: %s.", path, strerror(errno));
    reading.lines = arena_array(arena, config_option_count, sizeof reading.lines[0]);
    config_init(&reading.config);
    err = file_read(&reading);
    fclose(reading.file);
    if (err != ERR_OK)
        return err;
    err = config_check(&reading.config, &fault);
    if (err != ERR_OK)
        return errmsg_set(msg, err, "%s: %s", path, fault.text);
    *ret_config = reading.config;
    *ret_lines = reading.lines;
    return ERR_OK;
}

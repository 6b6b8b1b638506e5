/*
 * The log: one JSON object a line on standard error, one write(2) each, at most LOG_LINE_BYTES. A
 * hostile string can neither break a line nor forge one: all that is not printable is escaped.
 */
#ifndef HW_BASE_LOG_H
#define HW_BASE_LOG_H

#include "base/base.h"
#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG__MAX };

#define LOG_LINE_BYTES 4096

/* A line being built; lives on the stack. */
struct log_line {
    char text[LOG_LINE_BYTES];
    size_t len;
    enum log_level level;
};

/* The level of that name ("error", "warning", "info", "debug"); false if there is none. */
bool log_level_find(const char *text, enum log_level *ret_level) HW_MUST_CHECK;

/* Lines above LEVEL are dropped from now on. Process-wide; the default is LOG_INFO. */
void log_set_level(enum log_level level);

/* Makes the file PATH the place of standard error, and so of the log, in this process and those
 * forked from it later; it is made if need be, and added to. Once it is moved away, each process
 * goes on with a new one of its name with its next line: logrotate need tell nobody. Empty PATH:
 * the standard error that the process was started with. ERR_IO, and nothing has changed. */
enum err log_open(const char *path, struct errmsg *msg) HW_MUST_CHECK;

/* Whether log_open could have PATH; opens and makes nothing. ERR_USAGE, ERR_IO. */
enum err log_check(const char *path, struct errmsg *msg) HW_MUST_CHECK;

/* Calls BEFORE before each line that is written from now on: whoever else writes to standard error
 * makes room. NULL: nobody does. */
void log_set_before(void (*before)(void));

/* Starts a line: time, level, pid and message. */
void log_line_init(struct log_line *line, enum log_level level, const char *message);

/* Adds a member. A value that does not fit is cut. NULL text adds nothing. */
void log_line_add_text(struct log_line *line, const char *name, const char *text);
void log_line_add_int(struct log_line *line, const char *name, int64_t number);
void log_line_add_bool(struct log_line *line, const char *name, bool boolean);

/* Ends the line and writes it. */
void log_line_write(struct log_line *line);

/* A line with a formatted message and nothing else. */
void log_write(enum log_level level, const char *format, ...) HW_PRINTF(2, 3);

#endif

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

/* Kept free for the end of the line: the closing quote, brace and newline. */
#define TAIL_BYTES 4

static const char *const level_texts[LOG__MAX] = {"error", "warning", "info", "debug"};

#define FILE_MODE 0640

static enum log_level highest = LOG_INFO;

static void (*before_line)(void);

/* What standard error was before it was a file; -1 while it is that. */
static int first_stderr = -1;

/* The file, and which one it was when it was opened; an empty path if there is none. */
static struct log_file {
    char path[PATH_MAX];
    dev_t device;
    ino_t number;
} file;

bool log_level_find(const char *text, enum log_level *ret_level)
{
    for (size_t i = 0; i < HW_COUNT(level_texts); i++) {
        if (strcmp(level_texts[i], text) == 0) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_set_level(enum log_level level)
{
    highest = level;
}

void log_set_before(void (*before)(void))
{
    before_line = before;
}

/* Opens the file for adding to. Not blocking, or a FIFO would hold us before it can be refused. */
static int file_open(const char *path, struct stat *ret_status)
{
    int fd =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, FILE_MODE);

    if (fd < 0 || (fstat(fd, ret_status) == 0 && S_ISREG(ret_status->st_mode)))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

/* Puts FD in standard error's place. */
static bool stderr_set(int fd)
{
    bool is_set = dup2(fd, STDERR_FILENO) >= 0;

    if (fd != STDERR_FILENO && fd != first_stderr)
        close(fd);
    return is_set;
}

static enum err file_use(const char *path, struct errmsg *msg)
{
    struct stat status;
    int fd = file_open(path, &status);

    if (fd < 0)
        return errmsg_set(msg, ERR_IO, "Cannot log to %s: %s.", path, strerror(errno));
    if (first_stderr < 0)
        first_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (!stderr_set(fd))
        return errmsg_set(msg, ERR_IO, "Cannot log to %s: %s.", path, strerror(errno));
    snprintf(file.path, sizeof file.path, "%s", path);
    file.device = status.st_dev;
    file.number = status.st_ino;
    return ERR_OK;
}

enum err log_open(const char *path, struct errmsg *msg)
{
    if (path[0] != '\0')
        return file_use(path, msg);
    if (first_stderr >= 0)
        stderr_set(first_stderr);
    file.path[0] = '\0';
    return ERR_OK;
}

/* A file that was moved away, by logrotate or by hand, is left for a new one of its name. */
static void file_follow(void)
{
    struct stat status;
    struct errmsg ignored;
    char path[PATH_MAX];

    if (file.path[0] == '\0' || (stat(file.path, &status) == 0 && status.st_dev == file.device &&
                                 status.st_ino == file.number))
        return;
    memcpy(path, file.path, sizeof path);
    if (file_use(path, &ignored) != ERR_OK)
        return; /* the old one is better than none */
}

/* As the user in whose place this process is. */
static bool file_may(const char *path, int mode)
{
    return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0;
}

enum err log_check(const char *path, struct errmsg *msg)
{
    char folder[PATH_MAX];
    struct stat status;
    char *slash;

    if (path[0] == '\0')
        return ERR_OK;
    if (path[0] != '/' || strlen(path) >= sizeof folder)
        return errmsg_set(msg, ERR_USAGE, "[headwater] log_file must be an absolute path.");
    snprintf(folder, sizeof folder, "%s", path);
    slash = strrchr(folder, '/');
    *(slash == folder ? slash + 1 : slash) = '\0';
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return errmsg_set(msg, ERR_USAGE, "Cannot log to %s: it is not a regular file.", path);
    if (file_may(path, F_OK) ? file_may(path, W_OK) : file_may(folder, W_OK | X_OK))
        return ERR_OK;
    return errmsg_set(msg, ERR_IO, "Cannot log to %s: %s.", path, strerror(errno));
}

static bool line_add(struct log_line *line, const char *bytes, size_t len)
{
    if (len > sizeof line->text - TAIL_BYTES - line->len)
        return false;
    memcpy(line->text + line->len, bytes, len);
    line->len += len;
    return true;
}

/* Code points that could mislead a reader of the log: controls, and the bidirectional marks. */
static bool is_hostile(int32_t point)
{
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x061C ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

/* Adds a JSON string; bytes that are not UTF-8 become U+FFFD. */
static void line_add_quoted(struct log_line *line, const char *text)
{
    const char *end = text + strlen(text);
    bool fits = line_add(line, "\"", 1);

    while (fits && text < end) {
        const char *start = text;
        int32_t point = text_next(&text, end);
        char escape[8];

        if (point < 0)
            text++;
        if (point < 0 || is_hostile(point)) {
            int len =
                snprintf(escape, sizeof escape, "\\u%04x", point < 0 ? 0xFFFDU : (unsigned)point);
            fits = line_add(line, escape, (size_t)len);
        } else if (point == '"' || point == '\\') {
            const char pair[2] = {'\\', (char)point};
            fits = line_add(line, pair, sizeof pair);
        } else {
            fits = line_add(line, start, (size_t)(text - start));
        }
    }
    line->text[line->len++] = '"';
}

/* Adds `,"name":` if there is room for it and a short value. */
static bool line_add_name(struct log_line *line, const char *name)
{
    if (line->len + strlen(name) + 32 > sizeof line->text - TAIL_BYTES)
        return false;
    line_add(line, line->len > 1 ? ",\"" : "\"", line->len > 1 ? 2 : 1);
    line_add(line, name, strlen(name));
    return line_add(line, "\":", 2);
}

void log_line_add_text(struct log_line *line, const char *name, const char *text)
{
    if (text != NULL && line_add_name(line, name))
        line_add_quoted(line, text);
}

void log_line_add_int(struct log_line *line, const char *name, int64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, number);

    if (line_add_name(line, name))
        line_add(line, digits, (size_t)len);
}

void log_line_add_bool(struct log_line *line, const char *name, bool boolean)
{
    const char *word = boolean ? "true" : "false";

    if (line_add_name(line, name))
        line_add(line, word, strlen(word));
}

void log_line_init(struct log_line *line, enum log_level level, const char *message)
{
    char now[CLOCK_RFC3339_BYTES];

    line->len = 0;
    line->level = level;
    line->text[line->len++] = '{';
    clock_write_rfc3339(clock_now_us(), now);
    log_line_add_text(line, "time", now);
    log_line_add_text(line, "level", level_texts[level]);
    log_line_add_int(line, "pid", getpid());
    log_line_add_text(line, "message", message);
}

void log_line_write(struct log_line *line)
{
    if (line->level > highest)
        return;
    if (before_line != NULL)
        before_line();
    file_follow();
    line->text[line->len++] = '}';
    line->text[line->len++] = '\n';
    /* A log that cannot be written must not end the service: there is nobody left to tell. */
    if (write(STDERR_FILENO, line->text, line->len) < 0)
        return;
}

void log_write(enum log_level level, const char *format, ...)
{
    struct log_line line;
    char message[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    log_line_init(&line, level, message);
    log_line_write(&line);
}

#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A line end, and one byte to notice that the file goes on. */
#define FILE_BYTES (SECRET_BYTES - 1 + 2 + 1)

static enum err file_check(int fd, const char *path, struct errmsg *msg)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return errmsg_set(msg, ERR_IO, "Cannot read %s: %s.", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return errmsg_set(msg, ERR_USAGE, "%s is not a regular file; a secret must be one.", path);
    if ((status.st_mode & (S_IWGRP | S_IROTH | S_IWOTH)) != 0)
        return errmsg_set(msg, ERR_USAGE, "%s is open to others (mode %04o); run: chmod 0640 %s",
                          path, (unsigned)status.st_mode & 07777, path);
    return ERR_OK;
}

/* Reads to the end of the file or of the buffer. */
static enum err file_read(int fd, const char *path, char bytes[FILE_BYTES], size_t *ret_len,
                          struct errmsg *msg)
{
    size_t len = 0;

    while (len < FILE_BYTES) {
        ssize_t got = read(fd, bytes + len, FILE_BYTES - len);

        if (got < 0 && errno != EINTR)
            return errmsg_set(msg, ERR_IO, "Cannot read %s: %s.", path, strerror(errno));
        if (got == 0)
            break;
        if (got > 0)
            len += (size_t)got;
    }
    *ret_len = len;
    return ERR_OK;
}

/* The bytes before the line end, if the file has one. */
static size_t line_length(const char *bytes, size_t len)
{
    if (len > 0 && bytes[len - 1] == '\n')
        len--;
    if (len > 0 && bytes[len - 1] == '\r')
        len--;
    return len;
}

static enum err text_check(const char *bytes, size_t len, const char *path, struct errmsg *msg)
{
    if (len == 0)
        return errmsg_set(msg, ERR_USAGE, "%s is empty; write the secret on its first line.", path);
    for (size_t i = 0; i < len; i++)
        if (bytes[i] < '!' || bytes[i] > '~')
            return errmsg_set(msg, ERR_USAGE,
                              "%s must hold one line of visible ASCII characters and nothing else; "
                              "byte %zu is another.",
                              path, i + 1);
    if (len >= SECRET_BYTES)
        return errmsg_set(msg, ERR_USAGE, "%s is too long for a secret (at most %d characters).",
                          path, SECRET_BYTES - 1);
    return ERR_OK;
}

static enum err secret_read_fd(int fd, const char *path, char bytes[FILE_BYTES],
                               struct secret *ret_secret, struct errmsg *msg)
{
    size_t len = 0;
    enum err err = file_check(fd, path, msg);

    if (err == ERR_OK)
        err = file_read(fd, path, bytes, &len, msg);
    if (err != ERR_OK)
        return err;
    len = line_length(bytes, len);
    err = text_check(bytes, len, path, msg);
    if (err != ERR_OK)
        return err;
    memcpy(ret_secret->text, bytes, len);
    ret_secret->text[len] = '\0';
    return ERR_OK;
}

/* Not blocking, or a FIFO would hold us before it can be refused. */
static int file_open(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* The place of the credential that stands for PATH; false if no service manager hands any over. */
static bool credential_place(const char *path, char place[PATH_MAX])
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    const char *slash = strrchr(path, '/');

    if (folder == NULL || folder[0] != '/')
        return false;
    return snprintf(place, PATH_MAX, "%s/%s", folder, slash == NULL ? path : slash + 1) < PATH_MAX;
}

enum err secret_read(const char *path, struct secret *ret_secret, struct errmsg *msg)
{
    char bytes[FILE_BYTES];
    char place[PATH_MAX];
    char name[300]; /* for the sentence */
    bool may_be_credential = credential_place(path, place);
    int fd = may_be_credential ? file_open(place) : -1;
    bool is_credential = may_be_credential && (fd >= 0 || errno != ENOENT);
    enum err err;

    snprintf(name, sizeof name, "%.200s%s", path, is_credential ? " (handed over)" : "");
    if (!is_credential)
        fd = file_open(path);
    if (fd < 0)
        return errmsg_set(msg, ERR_IO, "Cannot read %s: %s.", name, strerror(errno));
    err = secret_read_fd(fd, name, bytes, ret_secret, msg);
    close(fd);
    explicit_bzero(bytes, sizeof bytes);
    return err;
}

void secret_clear(struct secret *secret)
{
    explicit_bzero(secret->text, sizeof secret->text);
}

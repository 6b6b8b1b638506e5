/* Secrets that live in files of their own: never in argv, the environment or the configuration. */
#ifndef HW_BASE_SECRET_H
#define HW_BASE_SECRET_H

#include "base/base.h"
#include "base/err.h"

#define SECRET_BYTES 256

struct secret {
    char text[SECRET_BYTES]; /* the file's first line, without its line end */
};

/* Reads the secret at PATH, or the credential of the same file name that a service manager has
 * handed over (systemd.exec(5), LoadCredential; $CREDENTIALS_DIRECTORY), which then stands for it:
 * so the file itself need not be readable by the service. It is the one of the process's start, for
 * as long as the process lives. The file must be regular, not
 * world-readable or world-writable, and hold 1 to 255 visible ASCII characters on its first line
 * and nothing behind it. ERR_IO if it cannot be read, ERR_USAGE if it breaks a rule; the sentence
 * names the path and the mend, never the secret. */
enum err secret_read(const char *path, struct secret *ret_secret, struct errmsg *msg) HW_MUST_CHECK;

/* Overwrites it with zeros in a way the compiler keeps. */
void secret_clear(struct secret *secret);

#endif

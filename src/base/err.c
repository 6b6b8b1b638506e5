#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum err errmsg_set(struct errmsg *msg, enum err err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(msg->text, sizeof msg->text, format, args);
    va_end(args);
    return err;
}

enum err errmsg_while(struct errmsg *msg, enum err err, const char *step)
{
    char inner[sizeof msg->text];

    memcpy(inner, msg->text, sizeof inner);
    return errmsg_set(msg, err, "while %.60s: %.440s", step, inner);
}

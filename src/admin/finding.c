#include "admin/finding.h"

#include <stdarg.h>
#include <stdio.h>

const char *finding_state_text(enum finding_state state)
{
    static const char *const texts[FINDING__MAX] = {"ok", "warn", "fail", "skipped"};

    return texts[state];
}

const char *finding_state_mark(enum finding_state state)
{
    static const char *const marks[FINDING__MAX] = {"ok", "warn", "FAIL", "-"};

    return marks[state];
}

void finding_set(struct finding *finding, enum finding_state state, const char *format, ...)
{
    va_list values;

    finding->state = state;
    va_start(values, format);
    vsnprintf(finding->message.text, sizeof finding->message.text, format, values);
    va_end(values);
}

void finding_advise(struct finding *finding, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(finding->remedy.text, sizeof finding->remedy.text, format, values);
    va_end(values);
}

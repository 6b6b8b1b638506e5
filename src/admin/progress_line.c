#include "admin/progress_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/progress.h"

/* Carriage return, and erase to the end of the line: every terminal since the VT100 knows that. */
#define LINE_AGAIN "\r\033[K"

static bool is_shown;

/* Shorter than any terminal is wide, so that it stays one line. */
static void line_show(const char *what, int64_t done, int64_t all)
{
    fprintf(stderr, LINE_AGAIN "%.50s: %" PRId64 " of %" PRId64, what, done, all);
    fflush(stderr);
    is_shown = true;
}

static void line_erase(void)
{
    if (is_shown)
        fputs(LINE_AGAIN, stderr);
    is_shown = false;
}

void progress_line_begin(void)
{
    if (!isatty(STDERR_FILENO))
        return;
    progress_set(line_show);
    log_set_before(line_erase);
}

void progress_line_end(void)
{
    progress_set(NULL);
    log_set_before(NULL);
    line_erase();
}

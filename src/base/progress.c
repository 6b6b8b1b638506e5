#include "base/progress.h"

static void (*progress_show)(const char *what, int64_t done, int64_t all);

void progress_set(void (*show)(const char *what, int64_t done, int64_t all))
{
    progress_show = show;
}

void progress_note(const char *what, int64_t done, int64_t all)
{
    if (progress_show != NULL)
        progress_show(what, done, all);
}

#include "api/server_timing.h"

#include <string.h>
#include <strings.h>

#include "api/request.h"
#include "base/buf.h"
#include "base/clock.h"
#include "edge/fcgi.h"

#define PREFERENCE "server-timing"

/* Whether one of the preferences, which are divided by commas, has the name; what it may have
 * behind it, a value or parameters, does not matter. */
static bool is_preferred(const char *header, const char *name)
{
    size_t len = strlen(name);

    while (header != NULL && *header != '\0') {
        header += strspn(header, ", \t");
        if (strncasecmp(header, name, len) == 0 && strchr(",;= \t", header[len]) != NULL)
            return true;
        header += strcspn(header, ",");
    }
    return false;
}

static void add_item(struct buf *text, const char *name, int64_t us)
{
    buf_printf(text, "%s%s;dur=%lld.%03lld", text->len == 0 ? "" : ", ", name,
               (long long)(us / CLOCK_MS_US), (long long)(us % CLOCK_MS_US));
}

void server_timing_add(struct request *request)
{
    struct buf text;

    /* How long an unknown key took is nobody's business. */
    if (request->caller.team_id == 0 ||
        !is_preferred(fcgi_find_param(request->fcgi, "HTTP_PREFER"), PREFERENCE))
        return;
    phase_end(&request->phases);
    buf_init(&text, request->arena);
    for (enum phase phase = 0; phase < PHASE__MAX; phase++)
        if (phase_was_begun(&request->phases, phase))
            add_item(&text, phase_text(phase), request->phases.us[phase]);
    add_item(&text, "total", clock_monotonic_us() - request->started_us);
    request_add_header(request, "Preference-Applied", PREFERENCE);
    request_add_header(request, "Server-Timing", text.text);
}

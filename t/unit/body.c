#include "body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/url.h"
#include "base/value.h"
#include "base/zone.h"
#include "edge/http_url.h"
#include "edge/json_read.h"

static const char zone_text[] = "# version test\n"
                                "Z Europe/Berlin 1 - CET\n"
                                "Z Factory 0 - -00\n"
                                "Z Asia/Kolkata 5:30 - IST\n"
                                "Z UTC 0 - UTC\n"
                                "L Asia/Kolkata Asia/Calcutta\n";

const struct value *body_value(struct arena *arena, const char *text)
{
    struct value *value = arena_alloc(arena, sizeof *value);
    struct errmsg msg = {""};

    if (json_read(arena, text, strlen(text), value, &msg) != ERR_OK)
        fail_msg("%s", msg.text);
    return value;
}

void body_init(struct body *body, const char *text)
{
    struct zone_list zones;
    struct stream_input_env env = {.zones = &zones, .url_split = http_url_split};

    body->arena = arena_new();
    zone_list_read(body->arena, zone_text, strlen(zone_text), &zones);
    problem_list_init(&body->problems, body->arena);
    stream_input_read(&env, body_value(body->arena, text), &body->problems, &body->input);
}

void body_clear(struct body *body)
{
    arena_free(body->arena);
}

const char *body_faults(const struct problem_list *problems)
{
    struct buf faults;
    size_t count = 0;

    buf_init(&faults, problems->arena);
    for (const struct problem *p = problems->first; p != NULL; p = p->next) {
        assert_true(strncmp(p->message, "must ", 5) == 0 || strncmp(p->message, "is ", 3) == 0);
        buf_printf(&faults, "%s%s %s", count > 0 ? "\n" : "", p->pointer, p->code);
        count++;
    }
    assert_int_equal(count, problems->count);
    return faults.text;
}

void body_assert(const char *text, const char *faults)
{
    struct body body;

    body_init(&body, text);
    assert_string_equal(body_faults(&body.problems), faults);
    body_clear(&body);
}

void body_assert_with(const char *members, const char *faults)
{
    struct arena *arena = arena_new();

    body_assert(arena_printf(arena, "{\"pairs\":[{\"accountId\":1,\"segmentId\":2}],%s}", members),
                faults);
    arena_free(arena);
}

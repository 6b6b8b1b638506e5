/* edge/http_url: what libcurl's parser makes of a URL, traps included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/base.h"
#include "base/url.h"
#include "edge/http_url.h"

struct row {
    const char *text;
    const char *scheme;
    const char *host;
    int64_t port;
    bool has_user;
    bool has_fragment;
};

static const struct row rows[] = {
    {"https://example.com", "https", "example.com", 443, false, false},
    {"https://example.com/hook?a=b", "https", "example.com", 443, false, false},
    {"HTTPS://Example.COM:8443/", "https", "Example.COM", 8443, false, false},
    {"http://example.com/", "http", "example.com", 80, false, false},
    {"ftp://example.com/", "ftp", "example.com", 21, false, false},
    {"https://example.com:0/", "https", "example.com", 0, false, false},
    {"https://example.com:/", "https", "example.com", 443, false, false},
    {"https://example.com./", "https", "example.com.", 443, false, false},
    {"https://ex%61mple.com/", "https", "example.com", 443, false, false},
    {"https://localhost/", "https", "localhost", 443, false, false},
    /* Every spelling of an address comes back as the address. */
    {"https://127.1/", "https", "127.0.0.1", 443, false, false},
    {"https://0x7f.1/", "https", "127.0.0.1", 443, false, false},
    {"https://2130706433/", "https", "127.0.0.1", 443, false, false},
    {"https://017700000001/", "https", "127.0.0.1", 443, false, false},
    {"https://[::1]/", "https", "[::1]", 443, false, false},
    {"https://[::ffff:127.0.0.1]/", "https", "[::ffff:127.0.0.1]", 443, false, false},
    /* User info, also an empty one, and an @ that is none. */
    {"https://user@example.com/", "https", "example.com", 443, true, false},
    {"https://user:word@example.com/", "https", "example.com", 443, true, false},
    {"https://:word@example.com/", "https", "example.com", 443, true, false},
    {"https://@example.com/", "https", "example.com", 443, true, false},
    {"https://example.com/@you", "https", "example.com", 443, false, false},
    {"https://example.com?q=@you", "https", "example.com", 443, false, false},
    {"https://evil.com#@good.com/", "https", "evil.com", 443, false, true},
    {"https://good.com@evil.com/", "https", "evil.com", 443, true, false},
    {"https://good.com\\@evil.com/", "https", "evil.com", 443, true, false},
    /* A fragment, also an empty one. */
    {"https://example.com/#top", "https", "example.com", 443, false, true},
    {"https://example.com/#", "https", "example.com", 443, false, true},
};

static const char *const refused[] = {
    "",
    "example.com",
    "//example.com/",
    "/hook",
    "https:",
    "https:/",
    "https://",
    "https:///",
    /* These libcurl would mend. */
    "https:///example.com/",
    "https:/example.com/hook",
    "https:example.com",
    "https:////example.com",
    "javascript:alert(1)",
    "unknown://example.com/",
    "https://example.com:99999/",
    "https://example.com:-1/",
    "https://example.com:x/",
    "https://exa mple.com/",
    "https://example.com%00/",
    "https://example.com%2F/",
    "https://example.com\r\nx: y/",

    "https://[1.2.3.4]/",
    "https://[::1/",
    "https://:443/",
};

static void test_parts(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < HW_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct url_parts parts;

        if (!http_url_split(arena, row->text, &parts))
            fail_msg("%s: refused", row->text);
        if (strcmp(parts.scheme, row->scheme) != 0 || strcmp(parts.host, row->host) != 0)
            fail_msg("%s: %s, %s", row->text, parts.scheme, parts.host);
        if (parts.port != row->port || parts.has_user != row->has_user ||
            parts.has_fragment != row->has_fragment)
            fail_msg("%s: port %d, user %d, fragment %d", row->text, (int)parts.port,
                     parts.has_user, parts.has_fragment);
        assert_non_null(parts.text);
    }
    arena_free(arena);
}

static void test_refused(void **state)
{
    struct arena *arena = arena_new();
    struct url_parts parts;

    (void)state;
    for (size_t i = 0; i < HW_COUNT(refused); i++)
        if (http_url_split(arena, refused[i], &parts))
            fail_msg("%s: accepted, host %s", refused[i], parts.host);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "edge/http_url.h"
#include "rule/stream_input.h"
#include "rule/webhook_url.h"

static const char *fault_of(struct arena *arena, const char *text)
{
    const struct stream_input_env env = {.url_split = http_url_split};

    return webhook_url_check(&env, arena, text);
}

static void test_fine(void **state)
{
    static const char *const fine[] = {
        "https://example.com",
        "https://example.com/",
        "https://EXAMPLE.com/Hook?a=b&c=%20",
        "HTTPS://example.com/",
        "https://example.com:443/",
        "https://example.com:8443/",
        "https://example.com:1024/",
        "https://example.com:65535/",
        "https://example.com./hook",
        "https://hooks.sub.example.co.uk/a/b",
        "https://xn--bcher-kva.example/",
        "https://example.com/@user",
        "https://ex%61mple.com/",
        "https://local.example.com/",
    };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < HW_COUNT(fine); i++)
        if (fault_of(arena, fine[i]) != NULL)
            fail_msg("%s: %s", fine[i], fault_of(arena, fine[i]));
    arena_free(arena);
}

static void refuses(const char *text, const char *fault)
{
    struct arena *arena = arena_new();
    const char *found = fault_of(arena, text);

    if (found == NULL)
        fail_msg("taken: %s", text);
    assert_string_equal(found, fault);
    arena_free(arena);
}

static void test_form(void **state)
{
    const char *visible = "must hold only visible ASCII characters";
    const char *full = "must be a full URL such as \"https://example.com/leads\"";

    (void)state;
    refuses("", full);
    refuses("example.com", full);
    refuses("https:", full);
    refuses("https:example.com", full);
    refuses("https:/example.com/", full);
    refuses("https:///example.com/", full);
    refuses("https://", full);
    refuses("//example.com/", full);
    refuses("javascript:alert(1)", full);
    refuses("https://example.com:99999/", full);
    refuses("https://example.com:port/", full);
    refuses(" https://example.com/", visible);
    refuses("https://example.com/a b", visible);
    refuses("https://example.com/\r\nX: y", visible);
    refuses("https://example.com/\x7F", visible);
    refuses("https://b\xC3\xBC"
            "cher.example/",
            visible);
    refuses("https://example.com/\xC3\xA9", visible);
    refuses("https://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1/", visible);
}

static void test_parts(void **state)
{
    (void)state;
    refuses("http://example.com/", "must be an https URL");
    refuses("ftp://example.com/", "must be an https URL");
    refuses("gopher://example.com/", "must be an https URL");
    refuses("https://user@example.com/", "must not hold a user name or password");
    refuses("https://user:pass@example.com/", "must not hold a user name or password");
    refuses("https://@example.com/", "must not hold a user name or password");
    refuses("https://:@example.com/", "must not hold a user name or password");
    refuses("https://example.com\\@evil.example/", "must not hold a user name or password");
    refuses("https://example.com/#a", "must not have a fragment");
    refuses("https://example.com/#", "must not have a fragment");
    refuses("https://evil.example#@example.com/", "must not have a fragment");
    refuses("https://example.com:80/", "must use port 443, or 1024 and above");
    refuses("https://example.com:0/", "must use port 443, or 1024 and above");
    refuses("https://example.com:1023/", "must use port 443, or 1024 and above");
}

static void test_hosts(void **state)
{
    static const char *const bad[] = {
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://a.LocalHost./",
        "https://printer.local/",
        "https://printer.local./",
        "https://metadata.google.internal/",
        "https://local%68ost/",
        "https://a.loc%61l/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://017700000001/",
        "https://0/",
        "https://8.8.8.8/",
        "https://256.1.1.1/",
        "https://1.2.3.4.5/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[2606:4700::1111]/",
        "https://[fe80::1%25eth0]/",
        "https://exam_ple.com/",
        "https://-x.com/",
        "https://example..com/",
        "https://example.com../",
        "https://.example.com/",
        "https://%C3%A9.example.com/",
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++)
        refuses(bad[i], "must name a public host, not an address or a local name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fine),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* edge/address: which addresses are of the public internet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/base.h"
#include "edge/address.h"

static const char *const public_texts[] = {
    "1.1.1.1",          "8.8.8.8",         "9.255.255.255",   "11.0.0.0",         "100.63.255.255",
    "100.128.0.0",      "126.255.255.255", "128.0.0.1",       "169.253.0.1",      "169.255.0.1",
    "172.15.255.255",   "172.32.0.0",      "192.0.1.1",       "192.0.3.1",        "192.167.255.255",
    "192.169.0.0",      "198.17.255.255",  "198.20.0.0",      "198.51.99.255",    "203.0.114.0",
    "223.255.255.255",  "2001:200::1",     "2606:4700::1111", "2a00:1450::1",     "2003::1",
    "3ffe::1",          "3fff:1000::1",    "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8", "2002:808:808::1",
    "2001:db7:ffff::1", "2001:db9::1",
};

static const char *const other_texts[] = {
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::10.1.1.1",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:1ff::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:c0a8:1::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "1fff::1",
};

static const char *const no_addresses[] = {
    "",
    "localhost",
    "1.1.1",
    "1.1.1.1.1",
    "0x8.8.8.8",
    "8.8.8.8 ",
    "[2606:4700::1111]",
    "fe80::1%lo",
    "2606:4700::1111%eth0",
    "134744072",
};

static void check_all(const char *const *texts, size_t count, bool wanted)
{
    for (size_t i = 0; i < count; i++)
        if (address_text_is_public(texts[i]) != wanted)
            fail_msg("%s: wanted %s", texts[i], wanted ? "public" : "not public");
}

static void test_text(void **state)
{
    (void)state;
    check_all(public_texts, HW_COUNT(public_texts), true);
    check_all(other_texts, HW_COUNT(other_texts), false);
    check_all(no_addresses, HW_COUNT(no_addresses), false);
}

static bool v4_is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(443)};

    assert_int_equal(inet_pton(AF_INET, text, &v4.sin_addr), 1);
    return address_is_public((const struct sockaddr *)&v4);
}

static bool v6_is_public(const char *text)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(443)};

    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)&v6);
}

static void test_sockaddr(void **state)
{
    (void)state;
    assert_true(v4_is_public("8.8.8.8"));
    assert_false(v4_is_public("127.0.0.1"));
    assert_true(v6_is_public("2606:4700::1111"));
    assert_false(v6_is_public("::ffff:192.168.1.1"));
}

static void test_other_families(void **state)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr none = {.sa_family = AF_UNSPEC};

    (void)state;
    assert_false(address_is_public((const struct sockaddr *)&local));
    assert_false(address_is_public(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_sockaddr),
        cmocka_unit_test(test_other_families),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "edge/address.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* The first BITS bits of NET, which is 4 or 16 bytes. */
struct prefix {
    unsigned char net[16];
    unsigned bits;
};

static const struct prefix v4_special[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* carrier-grade NAT */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local, where clouds serve their metadata */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 88, 99}, 24},  /* 6to4 relays */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, broadcast */
};

/* Exceptions inside 2000::/3; everything outside it is refused anyway. */
static const struct prefix v6_special[] = {
    {{0x20, 0x01}, 23},             /* protocol assignments, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x3f, 0xff}, 20},             /* documentation */
};

static const struct prefix v6_global = {{0x20}, 3};

/* IPv6 prefixes that carry an IPv4 address, and the byte where it begins. */
static const struct {
    struct prefix prefix;
    size_t at;
} v6_carriers[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12}, /* mapped */
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                   /* NAT64 */
    {{{0x20, 0x02}, 16}, 2},                                /* 6to4 */
};

static bool prefix_holds(const struct prefix *prefix, const unsigned char *bytes)
{
    size_t whole = prefix->bits / 8;
    unsigned rest = prefix->bits % 8;

    if (memcmp(prefix->net, bytes, whole) != 0)
        return false;
    return rest == 0 || (prefix->net[whole] ^ bytes[whole]) >> (8 - rest) == 0;
}

static bool v4_is_public(const unsigned char *bytes)
{
    for (size_t i = 0; i < HW_COUNT(v4_special); i++)
        if (prefix_holds(&v4_special[i], bytes))
            return false;
    return true;
}

static bool v6_is_public(const unsigned char *bytes)
{
    for (size_t i = 0; i < HW_COUNT(v6_carriers); i++)
        if (prefix_holds(&v6_carriers[i].prefix, bytes))
            return v4_is_public(bytes + v6_carriers[i].at);
    for (size_t i = 0; i < HW_COUNT(v6_special); i++)
        if (prefix_holds(&v6_special[i], bytes))
            return false;
    return prefix_holds(&v6_global, bytes);
}

bool address_is_public(const struct sockaddr *address)
{
    /* Copied out: the caller's storage need not be aligned for the larger types. */
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, address, sizeof v4);
        return v4_is_public((const unsigned char *)&v4.sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;

        memcpy(&v6, address, sizeof v6);
        return v6_is_public(v6.sin6_addr.s6_addr);
    }
    return false;
}

bool address_text_is_public(const char *text)
{
    unsigned char bytes[16];

    if (inet_pton(AF_INET, text, bytes) == 1)
        return v4_is_public(bytes);
    if (inet_pton(AF_INET6, text, bytes) == 1)
        return v6_is_public(bytes);
    return false;
}

/*
 * Is an IP address one of the public internet? The test that keeps requests of ours from reaching
 * the inside of a network. Sources: the IANA special-purpose address registries (RFC 6890) and, for
 * IPv6, the global unicast space 2000::/3 (RFC 4291).
 */
#ifndef HW_EDGE_ADDRESS_H
#define HW_EDGE_ADDRESS_H

#include "base/base.h"

struct sockaddr;

/* True for a global unicast IPv4 or IPv6 address; false for every other family. An IPv6 address
 * that carries an IPv4 one (mapped, NAT64's well-known prefix, 6to4) is judged by what it carries.
 */
bool address_is_public(const struct sockaddr *address);

/* The same for a numeric address as text, IPv6 without brackets. False for what is none. */
bool address_text_is_public(const char *text);

#endif

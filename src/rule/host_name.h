/* The name of a public host. */
#ifndef HW_RULE_HOST_NAME_H
#define HW_RULE_HOST_NAME_H

#include "base/base.h"

#define HOST_NAME_BYTES_MAX 253

/* True for a DNS name with a dot inside: labels of 1 to 63 letters, digits and hyphens, no hyphen
 * at their ends (RFC 1123 section 2.1), 253 bytes at most, the last label starting with a letter as
 * all top-level domains do. So no spelling of an IPv4 address passes. No dot may follow. */
bool host_name_check(const char *name);

/* True for names that never leave the machine or its network: localhost, local, internal, and all
 * below them (RFC 6761, RFC 6762), in any letter case. */
bool host_name_is_local(const char *name);

#endif

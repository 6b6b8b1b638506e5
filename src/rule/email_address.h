/* E-mail addresses, as a mail program would send to them. */
#ifndef HW_RULE_EMAIL_ADDRESS_H
#define HW_RULE_EMAIL_ADDRESS_H

#include "base/base.h"

#define EMAIL_ADDRESS_BYTES_MAX 254

/* True for an address by the rule of HTML's e-mail input, and more: no dot at the ends of the local
 * part nor two in a row, a domain with a dot whose last label starts with a letter, and the lengths
 * of RFC 5321 section 4.5.3.1 (local part 64, address 254). */
bool email_address_check(const char *text);

#endif

/* Stands in for the system's name service: this program's getaddrinfo goes before libc's.
 *   loop.test 127.0.0.1 · private.test 10.1.2.3 · mixed.test 10.1.2.3 and a public address
 *   stuck.test answers after two seconds · all else does not exist; numbers are not asked for here
 */
#ifndef HW_UNIT_FAKE_NAMES_H
#define HW_UNIT_FAKE_NAMES_H

/* How many names were asked for so far. */
int fake_names_asked(void);

#endif

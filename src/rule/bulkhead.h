/* The bulkhead between creates and everything else: some workers never take a create, so that
 * outside services that are silent cannot hold all of them. */
#ifndef HW_RULE_BULKHEAD_H
#define HW_RULE_BULKHEAD_H

#include "base/base.h"

/* How many of WORKER_COUNT workers (from 1) take quick requests only: two, of two one, of one none.
 * None either without a socket for quick requests. */
int64_t bulkhead_reserved_count(int64_t worker_count, bool has_quick_socket);

#endif

#include "rule/bulkhead.h"

#define RESERVED_MAX 2

int64_t bulkhead_reserved_count(int64_t worker_count, bool has_quick_socket)
{
    int64_t spare = worker_count - 1; /* one at least is left for creates */

    if (!has_quick_socket)
        return 0;
    return spare < RESERVED_MAX ? spare : RESERVED_MAX;
}

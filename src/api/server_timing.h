/* The phases of a request in its answer, for a client that asks where the time goes. W3C "Server
 * Timing"; the wish is a preference by RFC 7240. */
#ifndef HW_API_SERVER_TIMING_H
#define HW_API_SERVER_TIMING_H

#include "base/base.h"

struct request;

/* Adds Server-Timing to the answer if the request has a valid key and says `Prefer: server-timing`,
 * and says with Preference-Applied that it did. Milliseconds, to the end of the answer's making. */
void server_timing_add(struct request *request);

#endif

/* The HTTP API: finds the route of a request, authenticates, runs the endpoint, shapes the answer.
 */
#ifndef HW_API_API_H
#define HW_API_API_H

#include "base/base.h"

struct api;
struct api_setup;
struct flow;
struct request;
struct scoreboard;

/* What one worker holds: database connection, prepared statements, HTTP handles. Made after fork;
 * connects to nothing yet. Keeps references to SETUP and BOARD; BOARD is NULL for a process that
 * serves no requests. */
struct api *api_new(const struct api_setup *setup, struct scoreboard *board);
void api_free(struct api *api);

/* Answers one request: fills request->answer, always, also with errors in the one envelope. */
void api_run(struct api *api, struct request *request);

/* What the use cases of this worker work with; for those that no request asks for. */
struct flow *api_get_flow(struct api *api);

#endif

/* The query of POST /v1/streams: whether this is a dry run. */
#ifndef HW_RULE_STREAM_QUERY_H
#define HW_RULE_STREAM_QUERY_H

#include "base/base.h"

struct problem_list;

/* So much of a parameter's name is repeated in an answer. */
#define STREAM_QUERY_NAME_MAX 64

/* Reads a query string as it was sent, percent-encoded (RFC 3986 section 2.1), NULL or "" if there
 * is none. It may hold validateOnly, once, with the value true or false; absent is false. All else
 * is a problem, since a misspelt dry run would create and bill a stream: codes unknown, boolean,
 * duplicate, each with the parameter's name as it was sent. */
void stream_query_read(const char *query, struct problem_list *problems, bool *ret_validate_only);

#endif

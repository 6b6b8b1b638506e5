/* Who asks: the bearer key that nginx passes as API_KEY. Contract section 4, order 1. */
#ifndef HW_API_AUTH_H
#define HW_API_AUTH_H

#include "base/base.h"
#include "base/err.h"

struct db;
struct request;

/* Sets caller and key_id of the request. ERR_UNAUTHORIZED for a key that is missing, malformed,
 * unknown or revoked, all alike. */
enum err auth_check(struct db *db, struct request *request) HW_MUST_CHECK;

#endif

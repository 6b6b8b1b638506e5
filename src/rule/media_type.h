/* The Content-Type of a body. RFC 9110 section 8.3.1. */
#ifndef HW_RULE_MEDIA_TYPE_H
#define HW_RULE_MEDIA_TYPE_H

#include "base/base.h"

/* True for application/json, in any letter case, with nothing behind it but charset=utf-8. */
bool media_type_is_json(const char *type);

#endif

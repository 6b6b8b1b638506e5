/* The migrations this program was built with: sql/migrations, oldest first. */
#ifndef HW_EDGE_MIGRATION_H
#define HW_EDGE_MIGRATION_H

#include "base/base.h"

struct migration {
    int64_t version;  /* the number in the file's name */
    const char *name; /* the rest of it */
    const char *text; /* the file, byte for byte */
};

extern const struct migration migrations[];
extern const size_t migration_count;

#endif

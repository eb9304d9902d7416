/* What the programs that share memory have in common: the assertions of the other programs, and liboutrigger. */
#ifndef SHARE_H
#define SHARE_H

#include "../check.h"
#include <outrigger.h>
#include <sys/mman.h>

/* The expression must return NULL and leave exactly this errno. */
#define CHECK_NULL(expression, error)                                                         \
    do {                                                                                      \
        errno = 0;                                                                            \
        if ((expression) != NULL || errno != (error)) {                                       \
            check_fail(__FILE__, __LINE__, #expression " gives " #error, errno);              \
        }                                                                                     \
    } while (0)

#endif

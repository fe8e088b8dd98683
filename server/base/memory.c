#include "base/memory.h"

#ifdef WITH_MIMALLOC
#include <mimalloc.h>

void
memory_give_back(void)
{
	mi_collect(true);
}
#else
void
memory_give_back(void)
{
}
#endif

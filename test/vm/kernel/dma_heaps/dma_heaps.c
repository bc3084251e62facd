// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own dma-heaps as a module, which they never are. Debian's arm64 kernel lacks them; a
 * Raspberry Pi's has them.
 */
#include <linux/module.h>

#undef module_init
#undef subsys_initcall
#define module_init(function)
#define subsys_initcall(function)
#include "dma-heap.c"
#include "system_heap.c"

static int __init start(void)
{
	int error = dma_heap_init();

	return error ?: system_heap_create();
}

int init_module(void) __attribute__((alias("start")));

MODULE_IMPORT_NS(DMA_BUF);
MODULE_DESCRIPTION("dma-heaps for a kernel without them");
MODULE_LICENSE("GPL");

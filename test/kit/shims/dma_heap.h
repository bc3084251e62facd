// Stand-ins for dma-heaps and for the dma-bufs that they give.
#pragma once

#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdbool.h>

#define DMA_HEAP_FOLDER "/dev/dma_heap/"

// A descriptor of the heap when LCSHIM_DMA_HEAPS lists it; -1 when it lists others only; -2 when
// the variable is not set, so that the real heaps are used.
int dma_heap_open(const char *name);

// DMA_HEAP_IOCTL_ALLOC: a sealed memfd, as the buffer of a heap can neither grow nor shrink.
int dma_heap_allocate(int heap, struct dma_heap_allocation_data *allocation);

// A memfd stands in for a dma-buf. Another file answers as before.
bool is_memfd(int fd);

// DMA_BUF_IOCTL_SYNC on a memfd: nothing to do but to refuse what the kernel refuses.
int dma_buf_sync(const struct dma_buf_sync *sync);
void dma_buf_log_sync(int fd, const struct dma_buf_sync *sync);

// DMA_BUF_SET_NAME on a memfd. libcamera gives each buffer a name and fails when it cannot.
int dma_buf_set_name(int fd);

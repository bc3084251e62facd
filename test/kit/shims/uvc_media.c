// The media controller's ioctls: one entity, one interface, the link between them.
#include <errno.h>
#include <linux/media.h>
#include <stdio.h>
#include <string.h>

#include "uvc.h"

#define KERNEL_VERSION_6_1 (6 << 16 | 1 << 8)

static int device_info(const struct camera *camera, struct media_device_info *info) {
  *info = (struct media_device_info){.driver = "uvcvideo",
                                     .media_version = KERNEL_VERSION_6_1,
                                     .driver_version = KERNEL_VERSION_6_1};
  snprintf(info->model, sizeof info->model, "Shim Webcam %d", camera->number);
  snprintf(info->bus_info, sizeof info->bus_info, "usb-0000:00:14.0-%d", camera->number + 1);
  return 0;
}

// The caller gives the arrays, one after the other: first it asks how many there are.
static int topology(const struct camera *camera, struct media_v2_topology *topology) {
  struct media_v2_entity *entity = (void *)(uintptr_t)topology->ptr_entities;
  struct media_v2_interface *interface = (void *)(uintptr_t)topology->ptr_interfaces;
  struct media_v2_link *link = (void *)(uintptr_t)topology->ptr_links;
  topology->topology_version = 1;
  topology->num_entities = topology->num_interfaces = topology->num_links = 1;
  topology->num_pads = 0;
  if (entity) {
    entity->id = 1;
    entity->function = MEDIA_ENT_F_IO_V4L;
    entity->flags = MEDIA_ENT_FL_DEFAULT;
    snprintf(entity->name, sizeof entity->name, "Shim Webcam %d", camera->number);
  }
  if (interface) {
    interface->id = 2;
    interface->intf_type = MEDIA_INTF_T_V4L_VIDEO;
    interface->devnode.major = VIDEO_MAJOR;
    interface->devnode.minor = (uint32_t)(FIRST_NODE + camera->number);
  }
  if (link) {
    link->id = 3;
    link->source_id = 2;
    link->sink_id = 1;
    link->flags = MEDIA_LNK_FL_INTERFACE_LINK | MEDIA_LNK_FL_ENABLED;
  }
  return 0;
}

int media_ioctl(const struct camera *camera, uint32_t request, void *argument) {
  switch (request) {
    case MEDIA_IOC_DEVICE_INFO:
      return device_info(camera, argument);
    case MEDIA_IOC_G_TOPOLOGY:
      return topology(camera, argument);
    default:
      return fail(ENOTTY);
  }
}

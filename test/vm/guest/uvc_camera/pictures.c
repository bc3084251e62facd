// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uvc_camera.h"

struct size sizes[MAX_SIZES];
int size_count;

static const char *const suffixes[FORMATS] = {".jpg", ".nv12"};

static void load_picture(struct pictures *all, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) die(path);
  all->data = realloc(all->data, sizeof *all->data * (size_t)(all->count + 1));
  all->lengths = realloc(all->lengths, sizeof *all->lengths * (size_t)(all->count + 1));
  uint8_t *bytes = malloc(MAX_FRAME);
  all->data[all->count] = bytes;
  all->lengths[all->count++] = (int)fread(bytes, 1, MAX_FRAME, file);
  fclose(file);
}

static void load_if_picture(struct size *size, const char *folder, const char *name) {
  const char *dot = strrchr(name, '.');
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  for (int i = 0; dot && i < FORMATS; i++) {
    if (strcmp(dot, suffixes[i]) == 0) load_picture(&size->pictures[i], path);
  }
}

void load_size(const char *argument) {
  struct size *size = &sizes[size_count];
  struct dirent **entries;
  char folder[512];
  if (size_count == MAX_SIZES ||
      sscanf(argument, "%dx%d=%511s", &size->width, &size->height, folder) != 3) {
    fprintf(stderr, "bad argument %s\n", argument);
    exit(2);
  }
  int count = scandir(folder, &entries, NULL, alphasort);
  if (count < 0) die(folder);
  for (int i = 0; i < count; i++) {
    load_if_picture(size, folder, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  for (int i = 0; i < FORMATS; i++) {
    if (size->pictures[i].count > 0) continue;
    fprintf(stderr, "%s has no *%s\n", folder, suffixes[i]);
    exit(2);
  }
  size_count++;
}

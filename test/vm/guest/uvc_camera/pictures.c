// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uvc_camera.h"

struct size sizes[MAX_SIZES];
int size_count;

static int is_jpeg(const struct dirent *entry) {
  const char *dot = strrchr(entry->d_name, '.');
  return dot && strcmp(dot, ".jpg") == 0;
}

static void load_picture(struct size *size, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) die(path);
  size->jpegs = realloc(size->jpegs, sizeof *size->jpegs * (size_t)(size->count + 1));
  size->lengths = realloc(size->lengths, sizeof *size->lengths * (size_t)(size->count + 1));
  uint8_t *jpeg = malloc(MAX_FRAME);
  size->jpegs[size->count] = jpeg;
  size->lengths[size->count++] = (int)fread(jpeg, 1, MAX_FRAME, file);
  fclose(file);
}

void load_size(const char *argument) {
  struct size *size = &sizes[size_count];
  struct dirent **entries;
  char folder[512];
  char path[1024];
  if (size_count == MAX_SIZES ||
      sscanf(argument, "%dx%d=%511s", &size->width, &size->height, folder) != 3) {
    fprintf(stderr, "bad argument %s\n", argument);
    exit(2);
  }
  int count = scandir(folder, &entries, is_jpeg, alphasort);
  if (count <= 0) die(folder);
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
    load_picture(size, path);
    free(entries[i]);
  }
  free(entries);
  size_count++;
}

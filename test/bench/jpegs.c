// SPDX-License-Identifier: MIT
#include "jpegs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "MIOSTAMP";

enum {
  SEGMENT = STAMP_END - 2, /**< marker, length, magic, number, space, time */
  NUMBER = 2 + 4 + 8,
  NUMBER_DIGITS = 12,
  TIME = NUMBER + NUMBER_DIGITS + 1,
  TIME_DIGITS = 16,
};

static void put_digits(uint8_t *to, int digits, uint64_t value) {
  while (digits-- > 0) {
    to[digits] = (uint8_t)('0' + value % 10);
    value /= 10;
  }
}

void stamp_put(uint8_t *jpeg, uint64_t number, uint64_t microseconds) {
  put_digits(jpeg + NUMBER, NUMBER_DIGITS, number);
  put_digits(jpeg + TIME, TIME_DIGITS, microseconds);
}

bool stamp_get(const uint8_t *jpeg, size_t size, uint64_t *microseconds) {
  if (size < STAMP_END || memcmp(jpeg + 6, magic, 8) != 0) return false;
  uint64_t value = 0;
  for (int i = 0; i < TIME_DIGITS; i++) value = value * 10 + (uint64_t)(jpeg[TIME + i] - '0');
  *microseconds = value;
  return true;
}

static bool load(const char *path, struct jpeg *jpeg) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  uint8_t *data = malloc((size_t)size + SEGMENT);
  bool whole = size > 2 && data && fread(data, 1, 2, file) == 2 &&
               fread(data + 2 + SEGMENT, 1, (size_t)size - 2, file) == (size_t)size - 2;
  fclose(file);
  if (!whole) {
    free(data);
    return false;
  }
  const uint8_t comment[] = {0xff, 0xfe, 0, SEGMENT - 2};
  memcpy(data + 2, comment, sizeof comment);
  memcpy(data + 6, magic, 8);
  data[NUMBER + NUMBER_DIGITS] = ' ';
  stamp_put(data, 0, 0);
  *jpeg = (struct jpeg){data, (size_t)size + SEGMENT};
  return true;
}

static int is_jpeg(const struct dirent *entry) { return strstr(entry->d_name, ".jpg") != NULL; }

struct jpegs jpegs_load(const char *folder) {
  struct dirent **names = NULL;
  int count = scandir(folder, &names, is_jpeg, alphasort);
  struct jpegs jpegs = {0};
  if (count > 0) jpegs.all = calloc((size_t)count, sizeof *jpegs.all);
  for (int i = 0; i < count; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
    free(names[i]);
    struct jpeg *jpeg = &jpegs.all[jpegs.count];
    if (!load(path, jpeg)) continue;
    jpegs.count++;
    if (jpeg->size > jpegs.largest) jpegs.largest = jpeg->size;
  }
  free(names);
  if (jpegs.count > 0) return jpegs;
  fprintf(stderr, "%s: no JPEGs\n", folder);
  exit(1);
}

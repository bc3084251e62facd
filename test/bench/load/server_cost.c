// SPDX-License-Identifier: MIT
#include "server_cost.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/** Threads that do what hardware does elsewhere: test/kit/shims. */
static bool is_device(int pid, const char *thread) {
  char path[512];
  char name[32] = "";
  snprintf(path, sizeof path, "/proc/%d/task/%s/comm", pid, thread);
  FILE *file = fopen(path, "r");
  if (!file) return false;
  bool read = fgets(name, sizeof name, file) != NULL;
  fclose(file);
  return read && (strncmp(name, "uvcshim-", 8) == 0 || strncmp(name, "m2m-device", 10) == 0);
}

struct server_cost server_cost(int pid) {
  struct server_cost cost = {0};
  char path[512];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = pid > 0 ? opendir(path) : NULL;
  if (!tasks) return cost;
  for (struct dirent *task; (task = readdir(tasks));) {
    if (task->d_name[0] == '.' || is_device(pid, task->d_name)) continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, task->d_name);
    FILE *file = fopen(path, "r");
    long long ran = 0;
    if (file && fscanf(file, "%lld", &ran) == 1) cost.cpu += ran;
    if (file) fclose(file);
  }
  closedir(tasks);

  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "r");
  char line[256];
  long kib = 0;
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "VmRSS: %ld", &kib) == 1) cost.rss = (double)kib / 1024;
  }
  if (file) fclose(file);
  return cost;
}

#include "setting.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "next.h"

// setenv() may move the environment while another thread reads it. Node calls it for every
// assignment to process.env, and the shims read from camera threads: so both take this lock.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool setting(const char *name, char *value, size_t size) {
  pthread_mutex_lock(&lock);
  const char *found = getenv(name);
  snprintf(value, size, "%s", found ? found : "");
  pthread_mutex_unlock(&lock);
  return value[0] != '\0';
}

double number_setting(const char *name) {
  char value[32];
  return setting(name, value, sizeof value) ? atof(value) : 0;
}

static bool quiet;

__attribute__((constructor)) static void read_quiet(void) {
  quiet = number_setting("SHIMS_QUIET") != 0;
}

bool is_quiet(void) { return quiet; }

EXPORT int setenv(const char *name, const char *value, int overwrite) {
  pthread_mutex_lock(&lock);
  int result = NEXT(setenv)(name, value, overwrite);
  pthread_mutex_unlock(&lock);
  return result;
}

EXPORT int unsetenv(const char *name) {
  pthread_mutex_lock(&lock);
  int result = NEXT(unsetenv)(name);
  pthread_mutex_unlock(&lock);
  return result;
}

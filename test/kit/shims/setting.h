// Environment variables, read when they are needed: a test sets them through process.env.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Copies the variable's value. False, and an empty value, when it is unset or empty.
bool setting(const char *name, char *value, size_t size);

// The variable as a number; 0 when it is unset.
double number_setting(const char *name);

// SHIMS_QUIET=1 when the process starts: stand-ins keep no log, and an encoder looks at no
// switches. For measurements: what a kernel would not do must not be paid for by the process that
// is measured.
bool is_quiet(void);

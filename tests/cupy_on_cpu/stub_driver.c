/* A CUDA driver that only refuses: what it answers comes from the environment.
   STUB_INIT: the status of cuInit; STUB_VERSION: the CUDA version it supports. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static int number(const char *name, int otherwise) {
  const char *text = getenv(name);
  return text ? atoi(text) : otherwise;
}

int cuInit(unsigned flags) { return number("STUB_INIT", 0); }
int cuDriverGetVersion(int *version) {
  *version = number("STUB_VERSION", 13020);
  return 0;
}
int cuGetExportTable(const void **table, const void *id) { return 999; }

static int unknown(void) { return 999; }
static void *found(const char *symbol) {
  void *function = strcmp(symbol, "cuGetProcAddress") ? dlsym(RTLD_DEFAULT, symbol) : 0;
  Dl_info from, here;
  if (function && dladdr(function, &from) && dladdr((void *)unknown, &here) && from.dli_fbase == here.dli_fbase)
    return function;
  return (void *)unknown;
}
int cuGetProcAddress_v2(const char *symbol, void **function, int version, unsigned long flags, int *status) {
  *function = strcmp(symbol, "cuGetProcAddress") ? found(symbol) : (void *)cuGetProcAddress_v2;
  if (status) *status = 0;
  return 0;
}
int cuGetProcAddress(const char *symbol, void **function, int version, unsigned long flags) {
  return cuGetProcAddress_v2(symbol, function, version, flags, 0);
}

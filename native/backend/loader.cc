// SPDX-License-Identifier: MIT
#include "backend/loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/fault.h"

namespace mio {

namespace {

namespace fs = std::filesystem;

fs::path own_folder() {
  Dl_info info{};
  dladdr(reinterpret_cast<const void *>(&own_folder), &info);
  return fs::path(info.dli_fname).parent_path();
}

/** `libcamera-0.10.so` → {0, 10}; empty for any other name. */
std::vector<int> soname_of(const std::string &file) {
  int major = 0;
  int minor = 0;
  int end = 0;
  // NOLINTNEXTLINE(cert-err34-c): the whole name is checked by `end`
  if (std::sscanf(file.c_str(), "libcamera-%d.%d.so%n", &major, &minor, &end) != 2) return {};
  if (end != static_cast<int>(file.size())) return {};
  return {major, minor};
}

std::vector<fs::path> backends_newest_first(const fs::path &folder) {
  std::vector<std::pair<std::vector<int>, fs::path>> found;
  std::error_code ignored;
  for (const auto &entry : fs::directory_iterator(folder, ignored)) {
    if (auto soname = soname_of(entry.path().filename()); !soname.empty()) {
      found.emplace_back(std::move(soname), entry.path());
    }
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<fs::path> paths;
  paths.reserve(found.size());
  for (auto &[soname, path] : found) paths.push_back(std::move(path));
  return paths;
}

}  // namespace

const mio_backend *load_libcamera_backend() {
  static const mio_backend *loaded = nullptr;
  if (loaded != nullptr) return loaded;
  std::string tried;
  for (const fs::path &path : backends_newest_first(own_folder())) {
    // Never closed: libcamera's threads and static objects do not survive being unloaded.
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      tried += (tried.empty() ? "" : "; ") + std::string(dlerror());
      continue;
    }
    const auto entry =
        reinterpret_cast<mio_backend_entry_function>(dlsym(handle, MIO_BACKEND_ENTRY));
    const mio_backend *backend = entry != nullptr ? entry() : nullptr;
    if (backend != nullptr && backend->abi == MIO_BACKEND_ABI) return loaded = backend;
    tried += (tried.empty() ? "" : "; ") + path.filename().string() + " is of another version";
    dlclose(handle);
  }
  if (tried.empty()) tried = "this build has no libcamera backend";
  throw FaultError("ERR_LIBCAMERA_UNAVAILABLE", "libcamera could not be loaded: " + tried);
}

}  // namespace mio

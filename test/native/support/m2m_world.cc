// SPDX-License-Identifier: MIT
#include "support/m2m_world.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace mio::test {

namespace fs = std::filesystem;

M2mWorld::M2mWorld(bool heap) {
  std::string pattern = fs::temp_directory_path() / "mio-m2m-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  setenv("M2MSHIM_DIR", folder_.c_str(), 1);
  setenv("LCSHIM_DMA_HEAPS", heap ? "linux,cma" : "none", 1);
}

M2mWorld::~M2mWorld() {
  unsetenv("M2MSHIM_DIR");
  unsetenv("LCSHIM_DMA_HEAPS");
  fs::remove_all(folder_);
}

void M2mWorld::on(const std::string &name, const std::string &content) const {
  // In one step: a device must not see a switch whose number is still missing.
  const fs::path fresh = folder_ / (name + ".new");
  std::ofstream(fresh) << content;
  fs::rename(fresh, folder_ / name);
}

void M2mWorld::off(const std::string &name) const { fs::remove(folder_ / name); }

std::vector<std::string> M2mWorld::log() const { return log(""); }

std::vector<std::string> M2mWorld::log(const std::string &start) const {
  std::vector<std::string> lines;
  std::ifstream file(folder_ / "log");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(start)) lines.push_back(line);
  }
  return lines;
}

void M2mWorld::forget() const { fs::remove(folder_ / "log"); }

size_t open_descriptors() {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

uint64_t sleeps_of(const std::string &thread) {
  constexpr std::string_view kCounter = "voluntary_ctxt_switches:";
  uint64_t sleeps = 0;
  for (const fs::directory_entry &task : fs::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    std::string line;
    std::getline(status, line);
    if (line != "Name:\t" + thread) continue;
    while (std::getline(status, line)) {
      if (line.starts_with(kCounter)) sleeps += std::stoull(line.substr(kCounter.size()));
    }
  }
  return sleeps;
}

}  // namespace mio::test

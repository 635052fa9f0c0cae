#include "detectors/plugin/shared_library.hpp"

#include <dlfcn.h>

#include <exception>
#include <filesystem>

#include "pipeline/sonar/error.hpp"

namespace towfish {

namespace {

constexpr const char* kFactory = "towfish_detector";

[[noreturn]] void refuse(const ConfiguredPath& library, const std::string& found, const std::string& wanted) {
  throw UsageError(library.where + ": " + library.path + ": found " + found + ", wanted " + wanted);
}

const towfish_detector_type* ask(const ConfiguredPath& library, towfish_detector_factory* factory) {
  try {
    return factory(TOWFISH_DETECTOR_ABI);
  } catch (const std::exception& error) {
    refuse(library, std::string("that its factory throws '") + error.what() + "'", "a detector");
  } catch (...) {
    refuse(library, "that its factory throws", "a detector");
  }
}

}  // namespace

const towfish_detector_type& load_detector_type(const ConfiguredPath& library) {
  const std::string version = std::to_string(TOWFISH_DETECTOR_ABI);
  std::error_code error;
  if (!std::filesystem::is_regular_file(library.path, error))
    refuse(library, "no such file", "a shared library");
  // The path is absolute: no folder is searched for it.
  void* handle = dlopen(library.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) refuse(library, std::string("'") + dlerror() + "'", "a shared library that loads");
  auto* factory = reinterpret_cast<towfish_detector_factory*>(dlsym(handle, kFactory));
  if (factory == nullptr) {
    refuse(library, std::string("no function ") + kFactory, "one, as detectors/plugin/detector.h documents");
  }
  const towfish_detector_type* type = ask(library, factory);
  if (type == nullptr) refuse(library, "none of version " + version, "a detector of version " + version);
  if (type->abi != TOWFISH_DETECTOR_ABI) {
    refuse(library, "version " + std::to_string(type->abi), "version " + version + ": build it anew");
  }
  if (type->create == nullptr || type->destroy == nullptr || type->memory_pings == nullptr ||
      type->process == nullptr || type->finish == nullptr) {
    refuse(library, "a function that is NULL", "create, destroy, memory_pings, process and finish");
  }
  return *type;
}

}  // namespace towfish

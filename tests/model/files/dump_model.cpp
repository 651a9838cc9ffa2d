// imps-dump-model MODEL...: what imps reads out of model files, each as MODEL.safetensors, for the
// peers that compare it with the program that wrote them.
#include <cstdio>
#include <fstream>
#include <string>

#include <imps/model_file.h>

#include "model/files/safetensors.h"

int main(int argc, char** argv) {
  int failures = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string path = argv[i];
    auto file = imps::read_model_file(path);
    if (!file) {
      std::printf("%s\n", file.error().message.c_str());
      ++failures;
      continue;
    }
    file->notes.emplace_back("format", file->format);
    const auto bytes = imps::files::write_safetensors(file->weights, file->notes);
    if (!bytes) {
      std::printf("%s: %s\n", path.c_str(), bytes.error().message.c_str());
      ++failures;
      continue;
    }
    std::ofstream out(path + ".safetensors", std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes->data()),
              static_cast<std::streamsize>(bytes->size()));
    if (!out.flush()) ++failures;
  }
  return failures == 0 ? 0 : 1;
}

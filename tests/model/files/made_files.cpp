#include "tests/model/files/made_files.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>
#include <zip.h>

namespace imps::test {
namespace {

// A fixture that cannot be made is a fault of the test, not a case.
template <class T>
T need(T value, const char* what) {
  if (value < 0) throw std::runtime_error(fmt::format("cannot make a fixture: {}", what));
  return value;
}

void add_list(hid_t group, const char* name, const std::vector<std::string>& texts) {
  constexpr std::size_t kLength = 80;
  std::vector<char> block(texts.size() * kLength, '\0');
  for (std::size_t i = 0; i < texts.size(); ++i)
    texts[i].copy(block.data() + i * kLength, kLength - 1);
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, kLength);
  const hsize_t count = texts.size();
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t attribute =
      need(H5Acreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT), "attribute");
  need(H5Awrite(attribute, type, block.data()), "attribute's values");
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

}  // namespace

Bytes make_h5(const std::function<void(hid_t file)>& fill) {
  const Folder folder;
  const auto path = folder / "made.h5";
  const hid_t file = need(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), "file");
  fill(file);
  need(H5Fclose(file), "file's end");
  return read_bytes(path);
}

void add_dataset(hid_t file, const std::string& path, const std::vector<hsize_t>& shape,
                 const std::vector<float>& values) {
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t dataset =
      need(H5Dcreate2(file, path.c_str(), H5T_IEEE_F32LE, space, links, H5P_DEFAULT, H5P_DEFAULT),
           "dataset");
  need(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "values");
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(links);
}

Bytes model_h5(const Weights& weights, Layout layout, std::string_view without) {
  return make_h5([&](hid_t file) {
    const bool is_keras3 = layout == Layout::keras3;
    const std::string root = layout == Layout::keras2_model ? "model_weights/" : "";
    const auto add = [&](const std::string& path, std::size_t columns,
                         const std::vector<float>& values) {
      if (path == without) return;
      const bool is_bias = columns == 0;
      std::vector<hsize_t> shape{values.size()};
      if (!is_bias) shape = {values.size() / columns, columns};
      add_dataset(file, path, shape, values);
    };
    std::vector<std::string> names{"inputs"};
    for (std::size_t i = 0; i < weights.lstm.size(); ++i) {
      const LstmWeights& lstm = weights.lstm[i];
      const std::string name = fmt::format("lstm_{}", i);
      names.push_back(name);
      const std::string keras3 = i == 0 ? std::string("lstm") : name;
      const std::string path = is_keras3 ? fmt::format("layers/{}/cell/vars/", keras3)
                                         : fmt::format("{}{}/{}/", root, name, name);
      add(path + (is_keras3 ? "0" : "kernel:0"), lstm.bias.size(), lstm.kernel);
      add(path + (is_keras3 ? "1" : "recurrent_kernel:0"), lstm.bias.size(), lstm.recurrent_kernel);
      add(path + (is_keras3 ? "2" : "bias:0"), 0, lstm.bias);
    }
    names.emplace_back("td_mdn");
    for (const auto& [part, dense] :
         {std::pair{"mus", &weights.mus}, std::pair{"sigmas", &weights.sigmas},
          std::pair{"pi", &weights.pi}}) {
      const std::string path = is_keras3 ? fmt::format("layers/mdn/mdn_{}/vars/", part)
                                         : fmt::format("{}td_mdn/td_mdn/mdn_{}/", root, part);
      add(path + (is_keras3 ? "0" : "kernel:0"), dense->bias.size(), dense->kernel);
      add(path + (is_keras3 ? "1" : "bias:0"), 0, dense->bias);
    }
    if (layout == Layout::keras2_model) {
      const std::vector<float> moment(weights.lstm[0].kernel.size(), 0.5F);
      add_dataset(file, "optimizer_weights/training/Adam/lstm_0/kernel/m:0", {moment.size()},
                  moment);
    }
    if (!is_keras3) {
      const hid_t group =
          need(H5Gopen2(file, root.empty() ? "/" : root.c_str(), H5P_DEFAULT), "root");
      add_list(group, "layer_names", names);
      add_list(group, "keras_version", {"2.2.5"});
      H5Gclose(group);
    }
  });
}

Bytes make_zip(const std::vector<std::pair<std::string, Bytes>>& members) {
  const Folder folder;
  const auto path = folder / "made.zip";
  int error = 0;
  zip_t* const zip = ::zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (zip == nullptr) throw std::runtime_error("cannot make a zip");
  for (const auto& [name, bytes] : members) {
    zip_source_t* const source = ::zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
    if (::zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0) {
      throw std::runtime_error("cannot add to a zip");
    }
  }
  if (::zip_close(zip) != 0) throw std::runtime_error("cannot write a zip");
  return read_bytes(path);
}

Bytes model_keras(const Weights& weights) {
  return make_zip({{"metadata.json", bytes_of(R"({"keras_version": "3.0.0"})")},
                   {"config.json", bytes_of("{}")},
                   {"model.weights.h5", model_h5(weights, Layout::keras3)}});
}

Bytes bytes_of(std::string_view text) {
  const auto* const data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

Bytes read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return bytes_of(text);
}

void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

Result<ModelFile> read_bytes_as(const std::string& name, std::span<const std::byte> bytes) {
  const Folder folder;
  write_bytes(folder / name, bytes);
  return read_model_file(folder / name);
}

bool same(const Weights& a, const Weights& b) {
  const auto dense = [](const DenseWeights& x, const DenseWeights& y) {
    return x.kernel == y.kernel && x.bias == y.bias;
  };
  if (a.sizes != b.sizes || a.lstm.size() != b.lstm.size()) return false;
  for (std::size_t i = 0; i < a.lstm.size(); ++i) {
    if (a.lstm[i].kernel != b.lstm[i].kernel || a.lstm[i].bias != b.lstm[i].bias ||
        a.lstm[i].recurrent_kernel != b.lstm[i].recurrent_kernel) {
      return false;
    }
  }
  return dense(a.mus, b.mus) && dense(a.sigmas, b.sigmas) && dense(a.pi, b.pi);
}

std::filesystem::path kept_files() { return IMPS_KEPT_FILES; }

}  // namespace imps::test

// Model files and hostile files, made by tests as they need them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hdf5.h>

#include <imps/model_file.h>

#include "tests/support/folder.h"

namespace imps::test {

using Bytes = std::vector<std::byte>;

/// The layouts in which Keras has kept weights in HDF5.
enum class Layout {
  keras2,        ///< lstm_0/lstm_0/kernel:0, td_mdn/td_mdn/mdn_mus/kernel:0; with layer_names
  keras2_model,  ///< the same under model_weights, optimizer_weights beside it
  keras3,        ///< layers/lstm/cell/vars/0, layers/mdn/mdn_mus/vars/0
};

/// The bytes of an HDF5 file that `fill` puts things into.
Bytes make_h5(const std::function<void(hid_t file)>& fill);
/// Adds a float32 dataset, making the groups on its way.
void add_dataset(hid_t file, const std::string& path, const std::vector<hsize_t>& shape,
                 const std::vector<float>& values);
/// The model as Keras would keep it. `without` leaves out the dataset of that path.
Bytes model_h5(const Weights& weights, Layout layout, std::string_view without = {});
/// A zip with these members, deflated.
Bytes make_zip(const std::vector<std::pair<std::string, Bytes>>& members);
/// A .keras file.
Bytes model_keras(const Weights& weights);

Bytes bytes_of(std::string_view text);
Bytes read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// read_model_file() of these bytes, in a file of that name.
Result<ModelFile> read_bytes_as(const std::string& name, std::span<const std::byte> bytes);

/// Bit for bit.
bool same(const Weights& a, const Weights& b);

/// The folder of the files kept with the tests.
std::filesystem::path kept_files();

}  // namespace imps::test

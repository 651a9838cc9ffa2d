#include "model/files/h5/h5_write.h"

#include <string>

#include <fmt/format.h>
#include <hdf5.h>

#include "model/files/h5/h5_handle.h"

namespace imps::files {
namespace {

Error failed(std::string_view what) {
  return Error{fmt::format("{}: HDF5 cannot write it: {}", what, last_reason())};
}

Result<void> put_tensor(hid_t file, hid_t linking, const NamedTensor& tensor) {
  const std::vector<hsize_t> shape(tensor.shape.begin(), tensor.shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                     H5Sclose);
  const Handle how(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (!space || !how || H5Pset_obj_track_times(how, false) < 0) return failed(tensor.name);
  const Handle dataset(
      H5Dcreate2(file, tensor.name.c_str(), H5T_IEEE_F32LE, space, linking, how, H5P_DEFAULT),
      H5Dclose);
  if (!dataset || H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           tensor.values.data()) < 0) {
    return failed(tensor.name);
  }
  return {};
}

// As a text of any length in UTF-8, which is how Keras writes it.
Result<void> put_text(hid_t file, hid_t linking, const std::string& name, const std::string& text) {
  const auto at = name.rfind('@');
  const std::string path = name.substr(0, at);
  const bool there = H5Oexists_by_name(file, path.c_str(), H5P_DEFAULT) > 0;
  const Handle group(there ? H5Gopen2(file, path.c_str(), H5P_DEFAULT)
                           : H5Gcreate2(file, path.c_str(), linking, H5P_DEFAULT, H5P_DEFAULT),
                     H5Gclose);
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  if (!group || !type || !space || H5Tset_size(type, H5T_VARIABLE) < 0 ||
      H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
    return failed(name);
  }
  const Handle attribute(
      H5Acreate2(group, name.substr(at + 1).c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  const char* const value = text.c_str();
  if (!attribute || H5Awrite(attribute, type, &value) < 0) return failed(name);
  return {};
}

}  // namespace

Result<std::vector<std::byte>> write_h5(const NamedTensors& contents) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!access || H5Pset_fapl_core(access, std::size_t{1} << 20, false) < 0) return failed("memory");
  const Handle file(H5Fcreate("image.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  const Handle linking(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  if (!file || !linking || H5Pset_create_intermediate_group(linking, 1) < 0)
    return failed("the file");
  for (const NamedTensor& tensor : contents.tensors) {
    if (auto done = put_tensor(file, linking, tensor); !done) return done.error();
  }
  for (const auto& [name, text] : contents.texts) {
    if (name.find('@') == std::string::npos) continue;
    if (auto done = put_text(file, linking, name, text); !done) return done.error();
  }
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) return failed("the file");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  if (size < 0) return failed("the file");
  std::vector<std::byte> image(static_cast<std::size_t>(size));
  if (H5Fget_file_image(file, image.data(), image.size()) != size) return failed("the file");
  return image;
}

}  // namespace imps::files

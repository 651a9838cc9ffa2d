#include "model/files/h5/h5_tensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

#include "model/files/h5/h5_handle.h"

namespace imps::files {
namespace {

constexpr int kMostDepth = 16;
constexpr std::size_t kMostObjects = 20000;
constexpr hsize_t kMostTextBytes = hsize_t{1} << 22;

Error damaged(const std::string& where, const std::string& what) {
  return Error{fmt::format("{}: {}: the file is damaged, copy or download it again", where, what)};
}

struct Found {
  std::string name;
  H5L_type_t type;
};

class Reader {
 public:
  explicit Reader(std::size_t file_size)
      : most_values_(most_values(file_size)), most_text_(kMostTextBytes + 2 * file_size) {}

  Result<void> group(hid_t group, const std::string& path, int depth) {
    if (depth > kMostDepth) return damaged(path, "groups are nested too deeply");
    for (const char* const attribute :
         {"layer_names", "weight_names", "keras_version", "backend", "model_config", "name"}) {
      text_attribute(group, path, attribute);
    }
    std::vector<Found> links;
    const auto collect = [](hid_t, const char* name, const H5L_info_t* info, void* into) -> herr_t {
      auto& list = *static_cast<std::vector<Found>*>(into);
      if (list.size() >= kMostObjects) return -1;
      list.push_back({name, info->type});
      return 0;
    };
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &links) < 0) {
      return damaged(path.empty() ? "/" : path, "the list of members cannot be read");
    }
    for (const Found& link : links) {
      const std::string name = path.empty() ? link.name : path + "/" + link.name;
      if (++objects_ > kMostObjects) return damaged(name, "there are too many objects");
      if (link.type != H5L_TYPE_HARD) {
        found_.texts.emplace_back("not followed", name + " (a link to elsewhere)");
        continue;
      }
      if (std::string_view(link.name).starts_with("optimizer")) {
        found_.texts.emplace_back("left out", name + " (an optimiser's state)");
        continue;
      }
      if (auto done = object(group, link.name, name, depth); !done) return done;
    }
    return {};
  }

  NamedTensors take() { return std::move(found_); }

 private:
  Result<void> object(hid_t parent, const std::string& link, const std::string& name, int depth) {
    const Handle object(H5Oopen(parent, link.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object) return damaged(name, last_reason());
    switch (H5Iget_type(object)) {
      case H5I_GROUP:
        return group(object, name, depth + 1);
      case H5I_DATASET:
        return dataset(object, name);
      default:
        return {};
    }
  }

  Result<void> dataset(hid_t dataset, const std::string& name) {
    NamedTensor tensor{.name = name};
    const Handle space(H5Dget_space(dataset), H5Sclose);
    const Handle type(H5Dget_type(dataset), H5Tclose);
    const Handle plan(H5Dget_create_plist(dataset), H5Pclose);
    if (!space || !type || !plan) return damaged(name, last_reason());

    std::array<hsize_t, H5S_MAX_RANK> dims{};
    const int rank = H5Sget_simple_extent_dims(space, dims.data(), nullptr);
    if (rank < 0) return damaged(name, last_reason());
    tensor.shape.assign(dims.begin(), dims.begin() + rank);
    std::uint64_t count = H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : 1;
    bool countable = true;
    for (const std::uint64_t dim : tensor.shape)
      countable = countable && !__builtin_mul_overflow(count, dim, &count);

    const std::size_t size = H5Tget_size(type);
    const H5T_class_t kind = H5Tget_class(type);
    const H5D_layout_t layout = H5Pget_layout(plan);
    const bool is_float = kind == H5T_FLOAT && size <= 8;
    tensor.type = is_float              ? fmt::format("float{}", size * 8)
                  : kind == H5T_INTEGER ? fmt::format("int{}", size * 8)
                                        : "of a type that is not read";
    if (layout == H5D_VIRTUAL || H5Pget_external_count(plan) != 0) {
      tensor.type += ", kept in other files, which are not read,";
    } else if (is_float) {
      if (!countable || count > most_values_ - values_) {
        return damaged(name, fmt::format("shape [{}] is more than the file can hold",
                                         fmt::join(tensor.shape, ", ")));
      }
      if (layout == H5D_CHUNKED) {
        std::array<hsize_t, H5S_MAX_RANK> chunk{};
        const int chunk_rank = H5Pget_chunk(plan, H5S_MAX_RANK, chunk.data());
        std::uint64_t in_chunk = size;
        for (int i = 0; i < chunk_rank; ++i) {
          if (__builtin_mul_overflow(in_chunk, chunk[static_cast<std::size_t>(i)], &in_chunk)) {
            in_chunk = UINT64_MAX;
          }
        }
        if (chunk_rank < 0 || in_chunk / 8 > most_values_) {
          return damaged(name, "its chunks are larger than the file can hold");
        }
      }
      values_ += count;
      tensor.values.resize(static_cast<std::size_t>(count));
      if (count > 0 && H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                               tensor.values.data()) < 0) {
        return damaged(name, last_reason());
      }
      tensor.read = true;
    }
    found_.tensors.push_back(std::move(tensor));
    return {};
  }

  // An array of strings is joined by newlines. What cannot be read is left out: attributes only
  // help to name and order things.
  void text_attribute(hid_t object, const std::string& path, const char* name) {
    if (H5Aexists(object, name) <= 0) return;
    const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    if (!attribute) return;
    const Handle type(H5Aget_type(attribute), H5Tclose);
    const Handle space(H5Aget_space(attribute), H5Sclose);
    if (!type || !space || H5Tget_class(type) != H5T_STRING) return;
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const std::size_t size = H5Tget_size(type);
    if (text_ > most_text_ || count < 1 || size < 1 ||
        static_cast<hsize_t>(count) > kMostTextBytes / size)
      return;

    std::string text;
    const auto add = [&text](const char* from, std::size_t most) {
      if (!text.empty()) text += '\n';
      if (from != nullptr) text.append(from, ::strnlen(from, most));
    };
    if (H5Tis_variable_str(type) > 0) {
      const Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
      H5Tset_size(memory, H5T_VARIABLE);
      H5Tset_cset(memory, H5Tget_cset(type));
      std::vector<char*> strings(static_cast<std::size_t>(count), nullptr);
      if (H5Aread(attribute, memory, strings.data()) < 0) return;
      for (const char* const string : strings)
        add(string, kMostTextBytes);
      H5Dvlen_reclaim(memory, space, H5P_DEFAULT, strings.data());
    } else {
      std::vector<char> block(static_cast<std::size_t>(count) * size);
      if (H5Aread(attribute, type, block.data()) < 0) return;
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        add(block.data() + i * size, size);
    }
    text_ += text.size();
    if (text_ <= most_text_) found_.texts.emplace_back(path + "@" + name, std::move(text));
  }

  std::uint64_t most_values_;
  std::uint64_t values_ = 0;
  std::size_t most_text_;
  std::size_t text_ = 0;
  std::size_t objects_ = 0;
  NamedTensors found_;
};

}  // namespace

bool looks_like_h5(std::span<const std::byte> bytes) noexcept {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  return bytes.size() >= kSignature.size() &&
         std::memcmp(bytes.data(), kSignature.data(), kSignature.size()) == 0;
}

Result<NamedTensors> read_h5_tensors(std::span<const std::byte> image, std::size_t file_size) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  // A file may ask for a filter that is a plug-in: code from elsewhere is not loaded.
  H5PLset_loading_state(0);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!access || H5Pset_fapl_core(access, std::size_t{1} << 16, false) < 0 ||
      // HDF5 takes a copy and does not write to ours, const or not.
      H5Pset_file_image(access, const_cast<std::byte*>(image.data()), image.size()) < 0) {
    return Error{"HDF5 cannot be set up: " + last_reason()};
  }
  const Handle file(H5Fopen("image.h5", H5F_ACC_RDONLY, access), H5Fclose);
  if (!file) {
    return Error{
        fmt::format("HDF5 cannot open it ({}): the file is cut or damaged, copy or "
                    "download it again",
                    last_reason())};
  }
  const Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
  if (!root) return damaged("/", last_reason());
  Reader reader(file_size);
  if (auto done = reader.group(root, "", 0); !done) return done.error();
  return reader.take();
}

}  // namespace imps::files

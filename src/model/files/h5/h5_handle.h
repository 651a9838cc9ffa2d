// What HDF5 hands out, and what it says of its failures.
#pragma once

#include <string>

#include <hdf5.h>

namespace imps::files {

/// An HDF5 identifier with the function that gives it back.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) noexcept : id_(id), close_(close) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  explicit operator bool() const noexcept { return id_ >= 0; }
  operator hid_t() const noexcept { return id_; }  // NOLINT: what HDF5's functions take

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// What HDF5 says of its last failure, the innermost reason. Thread-safe: no.
inline std::string last_reason() {
  std::string reason;
  const auto take = [](unsigned, const H5E_error2_t* error, void* into) -> herr_t {
    if (error->desc != nullptr && *error->desc != '\0') {
      *static_cast<std::string*>(into) = error->desc;
    }
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, take, &reason);
  return reason.empty() ? "no reason given" : reason;
}

}  // namespace imps::files

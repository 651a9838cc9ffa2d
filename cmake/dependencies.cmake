# Every outside library the product links, all from Debian 12's packages. doc/dependencies.md says
# what each is for. A room links only those that it names.

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)           # header-only parts: Asio, system::result, lockfree, histogram
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
find_package(ZLIB REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(libmd REQUIRED IMPORTED_TARGET libmd)
# Any BLAS with the C interface; OpenBLAS is the fast one.
pkg_search_module(cblas REQUIRED IMPORTED_TARGET openblas cblas blas)
# For training in several processes; without it, in one.
find_package(MPI COMPONENTS C)
pkg_check_modules(qrcodegen REQUIRED IMPORTED_TARGET qrcodegencpp)
pkg_check_modules(rtmidi REQUIRED IMPORTED_TARGET rtmidi)
# Where it is missing, MIDI is that of the system.
pkg_check_modules(jack IMPORTED_TARGET jack)
find_package(CLI11 2.1 REQUIRED)
find_package(tomlplusplus 3.3 REQUIRED)

# HDF5's C API, and only that: its high-level and C++ libraries are not needed. Debian keeps the
# serial build in a folder of its own, and under a name of its own.
pkg_search_module(hdf5 REQUIRED IMPORTED_TARGET hdf5-serial hdf5)

find_path(FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)

if(IMPS_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
  find_library(OSCPACK_LIBRARY oscpack REQUIRED)
  find_path(OSCPACK_INCLUDE_DIR oscpack/osc/OscReceivedElements.h REQUIRED)
  add_library(oscpack INTERFACE IMPORTED)
  target_link_libraries(oscpack INTERFACE ${OSCPACK_LIBRARY})
  target_include_directories(oscpack INTERFACE ${OSCPACK_INCLUDE_DIR})
endif()
if(IMPS_BENCH)
  find_package(benchmark REQUIRED)
  find_package(Eigen3 3.4 REQUIRED)
endif()

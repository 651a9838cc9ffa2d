// What a hostile or damaged .h5 file cannot do: crash imps, keep it waiting, fill its memory, or
// make it open another file.
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sys/resource.h>

#include <imps/model_file.h>

#include "platform/sanitizer.h"
#include "tests/model/files/made_files.h"
#include "tests/support/models.h"

namespace imps {
namespace {

using test::Bytes;
using test::Layout;
using testing::AnyOf;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

// The limits of the child are wider (its processor time: 4 s); these files must not come near them.
constexpr auto kQuick = std::chrono::seconds(4);

std::string error_of(const Bytes& bytes, const std::string& name = "hostile.h5") {
  const auto begin = Clock::now();
  const auto file = test::read_bytes_as(name, bytes);
  EXPECT_LT(Clock::now() - begin, kQuick);
  return file ? "no error" : file.error().message;
}

Bytes small_model() {
  return test::model_h5(test::random_weights({3, 1, 4, 2}, 1), Layout::keras2);
}

void add_unwritten(hid_t file, const char* path, std::vector<hsize_t> shape, hsize_t chunk) {
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  const std::vector<hsize_t> chunks(shape.size(), chunk);
  H5Pset_chunk(plan, static_cast<int>(chunks.size()), chunks.data());
  H5Pset_deflate(plan, 9);
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t set = H5Dcreate2(file, path, H5T_IEEE_F32LE, space, links, plan, H5P_DEFAULT);
  ASSERT_GE(set, 0);
  H5Dclose(set);
  H5Sclose(space);
  H5Pclose(plan);
  H5Pclose(links);
}

TEST(HostileH5, ASmallFileThatClaimsATerabyteIsRefusedByName) {
  const Bytes bytes = test::make_h5([](hid_t file) {
    add_unwritten(file, "lstm/lstm/recurrent_kernel:0", {hsize_t{1} << 20, hsize_t{1} << 20}, 64);
  });
  ASSERT_LT(bytes.size(), 8192U);
  EXPECT_THAT(error_of(bytes),
              HasSubstr("lstm/lstm/recurrent_kernel:0: shape [1048576, 1048576] is more than the "
                        "file can hold"));
}

TEST(HostileH5, AShapeTooLargeToCountIsRefused) {
  const Bytes bytes = test::make_h5([](hid_t file) {
    add_unwritten(file, "x", {hsize_t{1} << 40, hsize_t{1} << 40}, 64);
  });
  EXPECT_THAT(error_of(bytes), HasSubstr("more than the file can hold"));
}

TEST(HostileH5, AnEnormousChunkIsRefused) {
  const Bytes bytes = test::make_h5([](hid_t file) {
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk = hsize_t{1} << 29;  // 2 GiB of floats
    H5Pset_chunk(plan, 1, &chunk);
    const hsize_t count = 16;
    const hsize_t most = H5S_UNLIMITED;
    const hid_t space = H5Screate_simple(1, &count, &most);
    const hid_t set = H5Dcreate2(file, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    ASSERT_GE(set, 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plan);
  });
  EXPECT_THAT(error_of(bytes), HasSubstr("chunks are larger than the file can hold"));
}

TEST(HostileH5, CompressedZerosAreNotUnpackedWithoutEnd) {
  // 16 MiB of zeros in a file of some 20 KB.
  const Bytes bytes = test::make_h5([](hid_t file) {
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t count = hsize_t{1} << 22;
    H5Pset_chunk(plan, 1, &count);
    H5Pset_deflate(plan, 9);
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t set = H5Dcreate2(file, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    const std::vector<float> zeros(count);
    H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data());
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plan);
  });
  ASSERT_LT(bytes.size(), 100'000U);
  EXPECT_THAT(error_of(bytes), HasSubstr("more than the file can hold"));
}

TEST(HostileH5, OneDatasetUnderManyNamesDoesNotMultiply) {
  const Bytes bytes = test::make_h5([](hid_t file) {
    const std::vector<float> values(20000, 1.0F);
    test::add_dataset(file, "x", {values.size()}, values);
    for (int i = 0; i < 2000; ++i)
      H5Lcreate_hard(file, "x", file, ("y" + std::to_string(i)).c_str(), H5P_DEFAULT, H5P_DEFAULT);
  });
  EXPECT_THAT(error_of(bytes), HasSubstr("more than the file can hold"));
}

TEST(HostileH5, AGroupThatContainsItselfEnds) {
  const Bytes bytes = test::make_h5([](hid_t file) {
    const hid_t group = H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/", group, "b", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/", group, "c", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
  });
  EXPECT_THAT(error_of(bytes),
              AnyOf(HasSubstr("nested too deeply"), HasSubstr("too many objects")));
}

TEST(HostileH5, LinksToElsewhereAreNotFollowed) {
  const test::Folder folder;
  const Bytes model = small_model();
  test::write_bytes(folder / "other.h5", model);
  const std::string other = (folder / "other.h5").string();
  const Bytes bytes = test::make_h5([&](hid_t file) {
    for (const char* const part : {"lstm_0", "td_mdn"})
      H5Lcreate_external(other.c_str(), part, file, part, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
  });
  EXPECT_THAT(error_of(bytes), HasSubstr("no tensors"));
}

TEST(HostileH5, ValuesKeptInOtherFilesAreNotRead) {
  const test::Folder folder;
  test::write_bytes(folder / "values", Bytes(64));
  const std::string other = (folder / "values").string();
  const Bytes bytes = test::make_h5([&](hid_t file) {
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(plan, other.c_str(), 0, 64);
    const hsize_t count = 16;
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t set = H5Dcreate2(file, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    ASSERT_GE(set, 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plan);
  });
  EXPECT_THAT(error_of(bytes), HasSubstr("kept in other files, which are not read"));
}

TEST(HostileH5, IsReadWholeOrRefusedWhenCut) {
  const Bytes whole = small_model();
  const auto model = test::read_bytes_as("a.h5", whole);
  ASSERT_TRUE(model.has_value()) << model.error().message;
  // Every cut costs a process: all of the first 128 bytes, then a dense sample.
  for (std::size_t size = 0; size < whole.size(); size += size < 128 ? 1 : 61) {
    const auto file = test::read_bytes_as(
        "a.h5", Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    ASSERT_FALSE(file.has_value()) << size;
    ASSERT_THAT(file.error().message, HasSubstr("a.h5: ")) << size;
  }
}

TEST(HostileKeras, IsReadWholeOrRefusedWhenCut) {
  const Bytes whole = test::model_keras(test::random_weights({3, 1, 4, 2}, 1));
  for (std::size_t size = 0; size < whole.size(); size += size < 128 ? 1 : 61) {
    const auto file = test::read_bytes_as(
        "a.keras", Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    ASSERT_FALSE(file.has_value()) << size;
  }
}

RC_GTEST_PROP(HostileH5, GivesAModelOrAnErrorWhateverIsChanged, ()) {
  static const std::array<Bytes, 2> files{small_model(),
                                          test::model_keras(test::random_weights({3, 1, 4, 2}, 1))};
  Bytes bytes = files[*rc::gen::inRange<std::size_t>(0, 2)];
  const auto changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i) {
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] =
        std::byte{*rc::gen::arbitrary<unsigned char>()};
  }
  const auto file = test::read_bytes_as("changed", bytes);
  if (!file) RC_ASSERT(!file.error().message.empty());
}

TEST(HostileKeras, AZipBombIsRefused) {
  const Bytes bomb = test::make_zip({{"metadata.json", test::bytes_of("{}")},
                                     {"config.json", test::bytes_of("{}")},
                                     {"model.weights.h5", Bytes(std::size_t{64} << 20)}});
  ASSERT_LT(bomb.size(), 200'000U);
  EXPECT_THAT(error_of(bomb, "bomb.keras"),
              HasSubstr("bomb.keras: model.weights.h5: unpacks to 67108864 bytes"));
}

TEST(HostileKeras, AZipWithoutWeightsIsRefused) {
  EXPECT_THAT(error_of(test::make_zip({{"a.txt", test::bytes_of("a")}}), "a.keras"),
              HasSubstr("has no member model.weights.h5"));
}

TEST(HostileH5, ThatClaimsATerabyteTakesLittleMemory) {
#if defined(IMPS_ADDRESS_SANITIZER) || defined(IMPS_THREAD_SANITIZER)
  GTEST_SKIP() << "the sanitizers' own memory would be measured";
#else
  const Bytes bytes = test::make_h5([](hid_t file) {
    add_unwritten(file, "x", {hsize_t{1} << 20, hsize_t{1} << 20}, 64);
  });
  // In a process of its own, whose only child is the one that reads the file. A child is measured
  // from before it becomes another program, so this process counts too.
  EXPECT_EXIT(
      {
        error_of(bytes);
        rusage children{};
        ::getrusage(RUSAGE_CHILDREN, &children);
        std::exit(children.ru_maxrss < 48 * 1024 ? 0 : 1);  // KiB
      },
      testing::ExitedWithCode(0), "");
#endif
}

}  // namespace
}  // namespace imps

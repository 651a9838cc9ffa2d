// What a path may lead to besides a model.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <imps/model_file.h>

#include "tests/model/files/made_files.h"

namespace imps {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const std::filesystem::path& path) {
  const auto file = read_model_file(path);
  return file ? "no error" : file.error().message;
}

TEST(ModelPath, ThatIsNoFileIsRefusedWithoutWaiting) {
  const test::Folder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe.h5").c_str(), 0600), 0);
  EXPECT_THAT(error_of(folder / "pipe.h5"),
              AllOf(HasSubstr("pipe.h5: "), HasSubstr("pipe, device")));
  EXPECT_THAT(error_of(folder / ""), HasSubstr("is a folder"));
  EXPECT_THAT(error_of("/dev/zero"), HasSubstr("pipe, device"));
  EXPECT_THAT(error_of(folder / "gone.h5"), HasSubstr("gone.h5: there is no such file"));
}

TEST(ModelPath, ThatIsAnotherThingIsSaidToBe) {
  const auto said = [](const char* text) {
    const auto file = test::read_bytes_as("a.keras", test::bytes_of(text));
    return file ? "no error" : file.error().message;
  };
  EXPECT_THAT(said(""), HasSubstr("a.keras: is empty"));
  EXPECT_THAT(said("version https://git-lfs.github.com/spec/v1\noid …"), HasSubstr("git lfs pull"));
  EXPECT_THAT(said("<!DOCTYPE html><html>"), HasSubstr("is a web page"));
  EXPECT_THAT(said("2019-01-17T12:37:38.000000,interface,0.5\n"),
              HasSubstr("is not a model file that imps knows"));
}

TEST(ModelPath, OfASparseFileLargerThanAnyModelIsRefusedAtOnce) {
  const test::Folder folder;
  test::write_bytes(folder / "huge.h5", test::bytes_of("\x89HDF\r\n\x1a\n"));
  std::filesystem::resize_file(folder / "huge.h5", std::uintmax_t{1} << 40);
  EXPECT_THAT(error_of(folder / "huge.h5"), HasSubstr("at most 1073741824 are accepted"));
}

TEST(ModelPath, IsReadWithTheHelperItNeedsOrSaysThatItIsMissing) {
  const test::Folder folder;
  ASSERT_EQ(::setenv("IMPS_LIBEXEC", (folder / "").c_str(), 1), 0);
  const auto file = read_model_file(test::kept_files() /
                                    "dim8-layers1-units8-mixtures5-keras3-training-whole.h5");
  ::unsetenv("IMPS_LIBEXEC");
  ASSERT_FALSE(file.has_value());
  EXPECT_THAT(file.error().message, HasSubstr("imps-read-h5 is missing"));
}

}  // namespace
}  // namespace imps

#include "generate/frame_text.h"

#include <iterator>

#include <fmt/format.h>

#include "log/line_text.h"

namespace imps {
namespace {

class Csv final : public FrameText {
 public:
  void begin(std::string& to, int dimension) override {
    to += "dt";
    for (int i = 1; i < dimension; ++i)
      fmt::format_to(std::back_inserter(to), ",x_{}", i);
    to += '\n';
  }
  void add(std::string& to, TimePoint at, std::span<const double> controls) override {
    const std::int64_t us = (at - last_).count();
    last_ = at;
    fmt::format_to(std::back_inserter(to), "{}.{:06}", us / 1'000'000, us % 1'000'000);
    for (const double x : controls)
      fmt::format_to(std::back_inserter(to), ",{}", x);
    to += '\n';
  }
  Result<void> end(std::string&) override { return {}; }

 private:
  TimePoint last_;
};

class Log final : public FrameText {
 public:
  explicit Log(std::int64_t start_local_us) : line_(start_local_us) {}
  void begin(std::string&, int) override {}
  void add(std::string& to, TimePoint at, std::span<const double> controls) override {
    line_.append_row(to, at, Voice::model, controls);
  }
  Result<void> end(std::string&) override { return {}; }

 private:
  LineText line_;
};

}  // namespace

std::unique_ptr<FrameText> csv_text() { return std::make_unique<Csv>(); }

std::unique_ptr<FrameText> log_text(std::int64_t start_local_us) {
  return std::make_unique<Log>(start_local_us);
}

}  // namespace imps

#include "session/doctor/examine.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include <imps/model.h>

#include "platform/machine.h"
#include "session/doctor/company.h"
#include "session/doctor/configuration.h"
#include "session/doctor/devices.h"
#include "session/doctor/machine.h"
#include "session/doctor/model.h"
#include "session/doctor/network.h"
#include "session/doctor/patience.h"
#include "session/doctor/punctuality.h"
#include "session/doctor/storage.h"
#include "session/doctor/take.h"

namespace imps::doctor {
namespace {

class Examination {
 public:
  explicit Examination(std::chrono::milliseconds patience) : patience_(patience) {}

  /// What `look` finds. When it does not answer in time there is a check `name` that says so.
  /// `look` may go on after that, so it owns what it uses.
  template <class Look>
  auto see(const char* name, Look look, int times_patience = 1)
      -> std::optional<std::invoke_result_t<Look>> {
    Check check{.name = name, .state = Check::State::doubtful};
    const auto patience = patience_ * times_patience;
    try {
      if (auto found = within(patience, std::move(look))) return found;
      check.words = fmt::format("no answer within {} ms", patience.count());
      check.help = "a disk, a device or a server behind it hangs: unplug it or start it again";
    } catch (const std::exception& failure) {
      check.words = fmt::format("could not be looked at: {}", failure.what());
      check.help = "look again; if it stays so, it is a fault of imps itself: please report it";
    }
    checks_.push_back(std::move(check));
    return std::nullopt;
  }

  void add(Check check) { checks_.push_back(std::move(check)); }
  void add(std::vector<Check> checks) {
    std::move(checks.begin(), checks.end(), std::back_inserter(checks_));
  }

  std::vector<Check> checks() && { return std::move(checks_); }

 private:
  std::chrono::milliseconds patience_;
  std::vector<Check> checks_;
};

/// A performance knows; and its house may no longer ask for its loop's priority.
PunctualityFacts known(const Performing& performing) {
  return {.priority = performing.priority,
          .real_time_limit = platform::real_time_limit(),
          .lateness = performing.lateness,
          .performed = true};
}

void look_at_machine(Examination& examination, const std::optional<Performing>& performing) {
  if (const auto facts = examination.see("processor", look_at_processor))
    examination.add(judge(*facts));
  examination.add(judge_simd(std::string(simd_target())));
  if (const auto bytes = examination.see("memory", platform::free_memory); bytes && *bytes)
    examination.add(judge_memory(**bytes));
  if (performing) examination.add(judge(performing->usage));
  const auto facts = performing ? std::optional(known(*performing))
                                : examination.see("timer", look_at_punctuality);
  if (facts) {
    examination.add(judge_priority(*facts));
    examination.add(judge_timer(*facts));
  }
  examination.add(judge_clock(std::chrono::system_clock::now()));
}

}  // namespace

std::vector<Check> examine(const DoctorRequest& request) {
  constexpr int kLong = 3;  // times as patient
  Examination examination(request.patience);
  look_at_machine(examination, request.performing);

  // The configuration comes first of the folder, as it says what else there is to look at.
  Settings settings;
  if (const auto facts =
          examination.see("configuration", [folder = request.folder, config = request.config] {
            return look_at_configuration(folder, config);
          })) {
    examination.add(judge(*facts));
    settings = facts->read.settings;
  }
  if (request.performing) settings = request.performing->settings;
  if (const auto facts = examination.see(
          "model", [folder = request.folder, settings] { return look_at_model(folder, settings); },
          kLong))
    examination.add(judge(*facts));

  const bool performing = request.performing.has_value();
  const auto page = settings.web.enabled ? std::optional(settings.web.listen) : std::nullopt;
  if (const auto ports = examination.see("ports", [settings, page, performing] {
        return look_at_network(settings, page, performing);
      })) {
    for (const PortFacts& port : *ports)
      examination.add(judge(port));
  }
  if (const auto facts =
          examination.see("MIDI", [midi = settings.midi] { return look_at_midi(midi); }))
    examination.add(judge(*facts));
  if (const auto facts =
          examination.see("serial lines", [settings] { return look_at_serial(settings); }))
    examination.add(judge(*facts));

  if (const auto facts = examination.see("folder", [folder = request.folder, log = settings.log] {
        return look_at_storage(folder, log);
      }))
    examination.add(judge(*facts));
  const auto company =
      examination.see("other imps", [folder = request.folder] { return look_at_company(folder); });
  const bool others_perform = company && *company && performs(**company);
  if (const auto facts = examination.see(
          "newest take",
          [logs = in_folder(request.folder, settings.log.folder),
           written = performing || others_perform] { return look_at_take(logs, written); },
          kLong))
    examination.add(judge(*facts));
  if (company && *company) examination.add(judge(**company));
  return std::move(examination).checks();
}

}  // namespace imps::doctor

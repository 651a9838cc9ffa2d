#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/version.h>

#include "cli/console.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "core/digest.h"
#include "model/built_in/built_in.h"
#include "model/files/write.h"
#include "platform/replace_file.h"
#include "session/words.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;

struct ConvertFlags {
  std::string in;
  std::string out;
  bool force = false;
  bool json = false;
};

void add_convert_options(Options& options, ConvertFlags& flags) {
  options.needed("in", flags.in, "IN");
  options.needed("out", flags.out, "OUT");
  options.flag("--force", flags.force, "replace OUT if it is there");
  options.flag("--json", flags.json, "the result as JSON");
}

/// What the new file says of itself: what the old one said, and where it came from.
files::Notes card_of(const ModelFile& file, const fs::path& path) {
  files::Notes notes = file.notes;
  // Of the file, not of the model.
  std::erase_if(notes, [](const auto& note) {
    return note.first == "Keras version" || note.first == "date saved";
  });
  notes.emplace_back("converted from",
                     fmt::format("{} ({})", path.filename().string(), file.format));
  notes.emplace_back("converted from SHA-256", file.digest);
  notes.emplace_back("converted by", fmt::format("imps {}", version()));
  return files::as_card(notes);
}

}  // namespace

std::string convert_options() {
  Options options;
  ConvertFlags flags;
  add_convert_options(options, flags);
  return options.describe();
}

Exit run_convert(const Command& command, const Arguments& arguments) {
  Options options;
  ConvertFlags flags;
  add_convert_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  const fs::path out = flags.out;
  const auto form = files::written_form(out.extension().string());
  if (!form) {
    complain(in(flags.out, form.error()).message);
    return Exit::usage;
  }
  if (const auto free = may_write(out, flags.force); !free) {
    complain(free.error().message);
    return Exit::failed;
  }
  const auto file = find_model_file(flags.in);
  if (!file) {
    complain(file.error().message);
    return Exit::failed;
  }
  const auto bytes = (*form)->write(file->weights, card_of(*file, flags.in));
  if (!bytes) {
    complain(in(flags.out, bytes.error()).message);
    return Exit::failed;
  }
  const auto written =
      flags.force ? platform::replace_file(out, *bytes) : platform::create_file(out, *bytes);
  if (!written) {
    complain(written.error().message);
    return Exit::failed;
  }
  const Sizes& sizes = file->weights.sizes;
  if (flags.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"in", flags.in},
                                              {"in_format", file->format},
                                              {"out", flags.out},
                                              {"format", (*form)->description},
                                              {"dimension", sizes.dimension},
                                              {"layers", sizes.layers},
                                              {"units", sizes.units},
                                              {"mixtures", sizes.mixtures},
                                              {"bytes", bytes->size()},
                                              {"digest", sha256(*bytes)}}
                           .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else {
    fmt::print("{}: {}, {}; from {}\n", flags.out, (*form)->description, words(sizes),
               file->format);
  }
  return Exit::done;
}

}  // namespace imps::cli

#include "interface/midi/note_table.h"

#include <algorithm>
#include <type_traits>

namespace imps {

static_assert(std::is_trivially_destructible_v<NoteTable>, "its memory just goes");

SoundingNotes* NoteTable::take(NoteOutput::Kind kind, std::string_view way,
                               std::string_view name) noexcept {
  const auto place = std::find_if(places_.begin(), places_.end(), [](const Place& one) {
    return one.taken.load(std::memory_order_relaxed) == 0;
  });
  if (place == places_.end() || way.size() >= place->way.size() ||
      name.size() >= place->name.size())
    return nullptr;
  place->kind = kind;
  place->way = {};
  place->name = {};
  std::copy(way.begin(), way.end(), place->way.begin());
  std::copy(name.begin(), name.end(), place->name.begin());
  place->notes.forget();
  place->taken.store(1, std::memory_order_release);
  return &place->notes;
}

void NoteTable::give_back(SoundingNotes& notes) noexcept {
  if (notes.any()) return;
  for (Place& place : places_)
    if (&place.notes == &notes) place.taken.store(0, std::memory_order_relaxed);
}

std::vector<NoteTable::Owed> NoteTable::owed() const {
  std::vector<Owed> all;
  const auto text = [](const auto& zero_ended) {
    return std::string(zero_ended.begin(), std::find(zero_ended.begin(), zero_ended.end(), '\0'));
  };
  for (const Place& place : places_) {
    if (place.taken.load(std::memory_order_acquire) == 0) continue;
    auto messages = place.notes.last_releases();
    if (messages.empty()) continue;
    all.push_back({.output = {.kind = place.kind, .way = text(place.way), .name = text(place.name)},
                   .messages = std::move(messages)});
  }
  return all;
}

}  // namespace imps

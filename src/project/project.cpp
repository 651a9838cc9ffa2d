#include "project/project.h"

namespace imps::project {

void add_project_api(Api& api, Project& project) {
  api["takes"] = {
      .answer = [&project](const ApiRequest& request) { return project.takes.answer(request); },
      .is_slow = true};
  api["trash"] = {
      .answer = [&project](const ApiRequest& request) { return project.trash.answer(request); },
      .is_slow = true};
  api["models"] = {
      .answer = [&project](const ApiRequest& request) { return project.models.answer(request); },
      .is_slow = true,
      .most_bytes = kMostUploadBytes};
  api["jobs"] = {
      .answer = [&project](const ApiRequest& request) { return project.jobs.answer(request); }};
}

}  // namespace imps::project

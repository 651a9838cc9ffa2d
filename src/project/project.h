// The folder that a musician works in: its takes, models, trash, and the jobs that work on them.
#pragma once

#include <utility>

#include "project/facts.h"
#include "project/jobs.h"
#include "project/models.h"
#include "project/takes.h"
#include "project/trash.h"
#include "web/api.h"

namespace imps::project {

/// One thread may ask takes, trash and models, any thread jobs.
struct Project {
  explicit Project(ProjectFacts about, const JobLimits& limits = {})
      : facts(std::move(about)),
        trash(facts),
        takes(facts, trash),
        models(facts, trash),
        jobs(facts, limits) {}
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  const ProjectFacts facts;
  Trash trash;
  Takes takes;
  Models models;
  Jobs jobs;
};

/// Adds "takes", "trash", "models" and "jobs". `project` outlives the API.
void add_project_api(Api& api, Project& project);

}  // namespace imps::project

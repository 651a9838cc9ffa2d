// The C interface: C++ values behind opaque pointers.
#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <imps/imps.h>
#include <imps/model.h>
#include <imps/model_file.h>

struct imps_model {
  imps::Mdrnn network;
};

struct imps_state {
  const imps::Mdrnn* network;
  imps::Mdrnn::State memory;
};

namespace {

thread_local std::string last_error;

int refuse(const char* why) {
  last_error = why;
  return -1;
}

}  // namespace

extern "C" {

imps_model* imps_model_load(const char* path) {
  try {
    const auto file = imps::read_model_file(path);
    if (!file) {
      last_error = file.error().message;
      return nullptr;
    }
    auto network = imps::Mdrnn::make(file->weights);
    if (!network) {
      last_error = network.error().message;
      return nullptr;
    }
    return std::make_unique<imps_model>(imps_model{std::move(*network)}).release();
  } catch (const std::exception& error) {  // no memory
    last_error = error.what();
    return nullptr;
  }
}

void imps_model_free(imps_model* model) { std::unique_ptr<imps_model>{model}; }

int imps_model_dimension(const imps_model* model) { return model->network.sizes().dimension; }
int imps_model_layers(const imps_model* model) { return model->network.sizes().layers; }
int imps_model_units(const imps_model* model) { return model->network.sizes().units; }
int imps_model_mixtures(const imps_model* model) { return model->network.sizes().mixtures; }

imps_state* imps_state_new(const imps_model* model) {
  try {
    return std::make_unique<imps_state>(
               imps_state{&model->network, imps::Mdrnn::State(model->network)})
        .release();
  } catch (const std::exception& error) {
    last_error = error.what();
    return nullptr;
  }
}

void imps_state_free(imps_state* state) { std::unique_ptr<imps_state>{state}; }

void imps_state_reset(imps_state* state) { state->memory.reset(); }

int imps_advance(imps_state* state, const double* frame) {
  const auto dimension = static_cast<std::size_t>(state->network->dimension());
  for (std::size_t d = 0; d < dimension; ++d) {
    if (!std::isfinite(frame[d]) || frame[d] < 0 || (d > 0 && frame[d] > 1)) {
      return refuse("a frame is dt, 0 or more, and controls from 0 to 1");
    }
  }
  imps::advance(*state->network, state->memory, {frame[0], {frame + 1, dimension - 1}});
  return 0;
}

int imps_mixture(const imps_state* state, float* mus, float* sigmas, float* logits) {
  if (!state->memory.has_mixture()) return refuse("there is no mixture before the first frame");
  const imps::MixtureView mixture = state->memory.mixture();
  if (mus != nullptr) std::copy(mixture.mus.begin(), mixture.mus.end(), mus);
  if (sigmas != nullptr) std::copy(mixture.sigmas.begin(), mixture.sigmas.end(), sigmas);
  if (logits != nullptr) std::copy(mixture.logits.begin(), mixture.logits.end(), logits);
  return 0;
}

int imps_sample(const imps_state* state, double sigma_temperature, double pi_temperature,
                std::uint64_t seed, std::uint64_t number, double* frame) {
  if (!state->memory.has_mixture()) return refuse("there is no mixture before the first frame");
  if (!(sigma_temperature >= 0 && std::isfinite(sigma_temperature)) ||
      !(pi_temperature > 0 && std::isfinite(pi_temperature))) {
    return refuse("the sigma temperature is 0 or more, the pi temperature above 0");
  }
  imps::Uniforms uniforms(seed, 0, number);
  imps::Frame next;
  imps::sample(state->memory.mixture(), {.sigma = sigma_temperature, .pi = pi_temperature},
               uniforms, next);
  frame[0] = next.dt;
  std::copy(next.controls().begin(), next.controls().end(), frame + 1);
  return 0;
}

const char* imps_last_error(void) { return last_error.c_str(); }

}  // extern "C"

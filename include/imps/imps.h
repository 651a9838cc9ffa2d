/* imps for C, and for every language that can call C: load a model, and predict with it.
 *
 * Link libimps_model_files and what it links. Functions that can fail return null or a number below
 * zero, and leave a sentence that says why where imps_last_error() finds it. Nothing here throws,
 * prints or exits. */
#ifndef IMPS_IMPS_H
#define IMPS_IMPS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A network ready to play; never changes. Thread-safe: yes. */
typedef struct imps_model imps_model;
/* The memory of one who plays with it. Thread-safe: no; a model may have any number of them. */
typedef struct imps_state imps_state;

/* Reads a .keras, .h5, .tflite or .safetensors file; null when it cannot be played. Blocks.
 * Free it with imps_model_free(), after its states. */
imps_model* imps_model_load(const char* path);
void imps_model_free(imps_model* model);

/* D: dt and D - 1 controls; L; H; M. */
int imps_model_dimension(const imps_model* model);
int imps_model_layers(const imps_model* model);
int imps_model_units(const imps_model* model);
int imps_model_mixtures(const imps_model* model);

/* A memory that has heard nothing; null when there is no room for it. Free it with
 * imps_state_free(). */
imps_state* imps_state_new(const imps_model* model);
void imps_state_free(imps_state* state);
/* It forgets what it has heard. Realtime-safe: yes. */
void imps_state_reset(imps_state* state);

/* Hears one frame: frame[0] is dt in seconds [0, inf), the rest the controls, each in [0, 1].
 * `frame` has D numbers, all finite. 0, or -1 when they are not so. Realtime-safe: yes, when it
 * succeeds. */
int imps_advance(imps_state* state, const double* frame);

/* What the last imps_advance() said of the next frame, raw, in x10 units: mus [M*D], sigmas [M*D],
 * logits [M]. Each may be null. 0, or -1 before the first imps_advance(). Realtime-safe: yes. */
int imps_mixture(const imps_state* state, float* mus, float* sigmas, float* logits);

/* Draws the next frame into `frame` [D]: the draw is a function of the mixture, the temperatures
 * (sigma >= 0, pi > 0), the seed and the prediction's number. 0, or -1 before the first
 * imps_advance() or for temperatures out of range. Realtime-safe: yes, when it succeeds. */
int imps_sample(const imps_state* state, double sigma_temperature, double pi_temperature,
                uint64_t seed, uint64_t number, double* frame);

/* Why the last call of this thread that failed did so; "" when none has. Valid until the next one
 * fails. */
const char* imps_last_error(void);

#ifdef __cplusplus
}
#endif

#endif

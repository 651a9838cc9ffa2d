/* Lets a model play alone for a moment, from C: cc needs only imps/imps.h.
 *
 *     predict MODEL [FRAMES]
 *
 * Prints one frame a line: dt, then the controls. */
#include <stdio.h>
#include <stdlib.h>

#include <imps/imps.h>

int main(int argc, char** argv) {
  imps_model* model;
  imps_state* state;
  double* frame;
  int dimension, frames, i, d;

  if (argc < 2) {
    fprintf(stderr, "usage: predict MODEL [FRAMES]\n");
    return 2;
  }
  frames = argc > 2 ? atoi(argv[2]) : 8;
  model = imps_model_load(argv[1]);
  if (model == NULL) {
    fprintf(stderr, "%s\n", imps_last_error());
    return 1;
  }
  dimension = imps_model_dimension(model);
  state = imps_state_new(model);
  frame = malloc(sizeof *frame * (size_t)dimension);
  if (state == NULL || frame == NULL) return 1;

  /* It begins with every control in the middle, and from then on hears itself. */
  frame[0] = 0.1;
  for (d = 1; d < dimension; ++d)
    frame[d] = 0.5;
  for (i = 0; i < frames; ++i) {
    if (imps_advance(state, frame) != 0 ||
        imps_sample(state, 0.01, 1.0, 7, (uint64_t)i, frame) != 0) {
      fprintf(stderr, "%s\n", imps_last_error());
      return 1;
    }
    for (d = 0; d < dimension; ++d)
      printf("%s%.6f", d == 0 ? "" : ",", frame[d]);
    printf("\n");
  }

  free(frame);
  imps_state_free(state);
  imps_model_free(model);
  return 0;
}

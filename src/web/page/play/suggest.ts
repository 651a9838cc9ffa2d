// How many faders there are before the first move has settled it: as many as the instrument has
// names, else what the newest model plays, else what the newest take was played on.

import { Desk } from "../desk";
import { readModels } from "../parts/models";
import { isReadable, readTakes } from "../parts/takes";

/** Says it by `take`, now and when the names change; not once the dimension is known. */
export function suggestControls(desk: Desk, take: (count: number) => void): void {
  let isAsked = false;
  const suggest = () => {
    const { state } = desk;
    if (!state || state.dimension > 0) return;
    const named = state.instrument.controls.length;
    if (named > 0) {
      take(named);
    } else if (!isAsked) {
      isAsked = true;
      void newestDimension(desk).then((dimension) => {
        if (dimension > 1 && desk.state?.dimension === 0) take(dimension - 1);
      });
    }
  };
  desk.on("connected", (now) => {
    if (now) isAsked = false;
  });
  desk.on("state", (change) => {
    if ("dimension" in change || "instrument" in change) suggest();
  });
  suggest();
}

/** Of the newest model, else of the newest take; 0 if there is neither. */
async function newestDimension(desk: Desk): Promise<number> {
  const model = (await readModels(desk).catch(() => [])).find(({ error, dimension }) => !error && dimension > 1);
  if (model) return model.dimension;
  return (await readTakes(desk).catch(() => [])).find(isReadable)?.dimension ?? 0;
}

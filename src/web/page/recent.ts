// The latest takes as small pictures, in the strip at the bottom: a way to all of them.

import { Desk } from "./desk";
import { keyedList } from "./parts/element";
import { readTakes, Take } from "./parts/takes";
import { duration, whenBegun } from "./parts/words";
import { attributes, make } from "./make";
import { PictureView } from "./takes/picture";

const mostShown = 4;

class RecentTake {
  readonly element = attributes(make("a", "recent-take"), { href: "#takes" });
  private readonly picture: PictureView;

  constructor(desk: Desk, take: Take) {
    this.picture = new PictureView(desk, take.id);
    this.element.append(this.picture.canvas);
    this.update(take);
  }

  update(take: Take): void {
    const words = `Take of ${whenBegun(take.when)}, ${duration(take.seconds)}`;
    attributes(this.element, { "aria-label": words });
    this.element.title = words;
    void this.picture.read(take.rows);
  }
}

export function recentTakes(desk: Desk): HTMLElement {
  const list = attributes(make("nav", "recent"), { "aria-label": "Latest takes" });
  const show = keyedList<Take>(list, (take) => take.id, (take) => new RecentTake(desk, take));
  const read = async () => {
    try {
      const all = await readTakes(desk);
      // The latest comes first, and stands to the right, where the next one will.
      const ended = all.filter((take) => !take.running && !take.set_aside && !take.error);
      show(ended.slice(0, mostShown).reverse());
    } catch {
      // the tab of takes says why
    }
  };
  desk.on("changed", (what) => {
    if (what === "takes") void read();
  });
  desk.on("connected", (connected) => {
    if (connected) void read();
  });
  return list;
}

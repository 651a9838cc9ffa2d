// The Play tab, and the parts of the instrument that are there whichever tab is open: the header, the
// sound, and the keys.

import { Desk, Tab } from "../desk";
import { attributes, make } from "../make";
import { Faders } from "./faders";
import { Header } from "./header";
import { History } from "./history";
import { keys } from "./keys";
import { knobs } from "./knobs";
import { lookButton, onLook } from "./look";
import { Midi } from "./midi";
import { River } from "./river";
import { Sound } from "./sound";
import { speak, Story } from "./story";

/** Where the parts outside the tab stand. */
export interface Around {
  header: HTMLElement;
  corner: HTMLElement;
  spoken: HTMLElement;
}

export const playIn = (around: Around): Tab => (place: HTMLElement, desk: Desk) => {
  const sound = new Sound(desk);
  const panic = () => {
    sound.panic();
    desk.command("panic");
    story.panicAsked();
  };
  const header = new Header(around.header, desk, panic);
  around.corner.append(lookButton());
  keys(around.corner, desk, sound, panic);
  speak(around.spoken, desk);

  const faderPlace = make("div", "faders");
  const riverPlace = make("div", "river");
  const line = make("p");
  const knobPlace = attributes(make("aside", "knobs"), { "aria-label": "Steering" });
  const times = make("div", "times", make("span", "", "−10 s"), make("span", "now", "now"),
    make("span", "tenth", "+0.1"), make("span", "half", "+0.5"), make("span", "", "+2 s"));
  times.setAttribute("aria-hidden", "true");
  place.append(faderPlace, make("div", "middle", line, riverPlace, times), knobPlace);

  const story = new Story(line, desk);
  const faders = new Faders(faderPlace, desk, (controls, moved) => {
    sound.playHere(controls, moved);
    story.performerPlays();
  });
  const midi = new Midi((control, value) => {
    if (control >= faders.controls.length) return null;
    faders.move(control, value);
    return faders.nameOf(control);
  });
  knobs(knobPlace, desk, sound, midi);
  const river = new River(riverPlace, desk, new History(desk), faders);
  onLook(() => river.renew());
  desk.on("state", (change) => {
    if (change.instrument) river.renew();
  });

  const draw = () => {
    header.draw();
    if (!place.hidden) {
      faders.refresh();
      river.draw();
    }
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
};

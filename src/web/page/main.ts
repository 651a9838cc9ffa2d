// The page: an instrument first, a dashboard second. Everything it knows comes over the desk.

import "./style/page.css";
import { Connection } from "./connect";
import { health } from "./health/health";
import { make } from "./make";
import { models } from "./models/models";
import { startLook } from "./play/look";
import { playIn } from "./play/play";
import { setUp } from "./setup/setup";
import { Strip } from "./strip";
import { showTabs } from "./tabs";
import { takes } from "./takes/takes";
import { train } from "./train/train";

const at = (id: string) => document.getElementById(id) as HTMLElement;

// The token of the link is in a cookie now: it need not stand where onlookers read it.
if (location.search !== "") history.replaceState(null, "", location.pathname + location.hash);
startLook();

function begin(): void {
  at("header").replaceChildren();
  const strip = new Strip(at("strip"));
  const desk = new Connection(strip.say);
  strip.listen(desk);
  const corner = make("div", "corner");
  showTabs([
    { id: "play", name: "Play", tab: playIn({ header: at("header"), corner, spoken: at("spoken") }) },
    { id: "takes", name: "Takes", tab: takes },
    { id: "train", name: "Train", tab: train },
    { id: "models", name: "Models", tab: models },
    { id: "setup", name: "Set-up", tab: setUp },
    { id: "health", name: "Health", tab: health },
  ], desk, at("tabs"), at("panels"));
  at("foot").append(corner);
  desk.open();
}

// First the dark and the name, which takes two frames, then the rest. A page that is not seen has no frames.
if (document.hidden) begin();
else requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(begin)));

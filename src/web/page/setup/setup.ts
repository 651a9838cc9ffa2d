// The tab of the set-up: what is plugged in, what the controls are mapped to, the scenes, and the
// configuration itself. All of them write the same file.

import "../parts/parts.css";
import "./setup.css";
import { Desk } from "../desk";
import { el, Fault, watchVisible } from "../parts/element";
import { controlsOf } from "./controls";
import { Config, fileOf } from "./file";
import { portsOf } from "./ports";
import { scenesOf } from "./scenes";
import { shareOf } from "./share";

export function setUp(place: HTMLElement, desk: Desk): void {
  const ports = portsOf(desk);
  const controls = controlsOf(desk);
  const file = fileOf(desk);
  const fault = new Fault();

  const read = () => void fault.watch(async () => {
    const config = await desk.get<Config>("/config");
    controls.read(config.text);
    file.read(config);
  });
  desk.on("changed", (what) => {
    if (what === "config") read();
  });
  desk.on("connected", (connected) => {
    if (connected) read();
  });
  read();

  const page = el("div", { class: "tab-page setup" },
    ports.element, controls.element, scenesOf(desk), shareOf(desk).element, fault.element, file.element);
  place.append(page);
  watchVisible(page, ports.visible);
}

// How other machines find this page, when it is shared: a link, and the same as a picture for a
// telephone.

import { Desk } from "../desk";
import { el, Fault, put } from "../parts/element";

interface Share {
  links: string[];
  /** The rows of a QR code; 1 is dark. */
  qr: string[];
}

/** Modules of white around it, without which it cannot be read. */
const BORDER = 4;
const PIXELS_A_MODULE = 4;

function pictureOf(rows: string[]): HTMLCanvasElement {
  const size = rows.length + 2 * BORDER;
  const canvas = el("canvas", {
    class: "share-picture", role: "img", "aria-label": "The link as a QR code",
    width: size * PIXELS_A_MODULE, height: size * PIXELS_A_MODULE,
  });
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  pen.scale(PIXELS_A_MODULE, PIXELS_A_MODULE);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, size, size);
  pen.fillStyle = "#000";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; ++x)
      if (row[x] === "1") pen.fillRect(BORDER + x, BORDER + y, 1, 1);
  });
  return canvas;
}

export function shareOf(desk: Desk): { element: HTMLElement } {
  const fault = new Fault();
  const found = el("div", { class: "share" });
  const element = el("section", { hidden: true }, el("h2", {}, "Other machines"), fault.element, found);
  const read = () => void fault.watch(async () => {
    const share = await desk.get<Share>("/share");
    element.hidden = share.links.length === 0;
    if (element.hidden) return;
    put(found,
      pictureOf(share.qr),
      el("div", {},
        ...share.links.map((link) => el("p", {}, el("a", { href: link }, link))),
        el("p", { class: "quiet" }, "Whoever has this link can play and change everything. " +
          (share.links[0].startsWith("https:")
            ? "What goes over the network is encrypted."
            : "What goes over the network can be listened to, and browsers withhold MIDI on other machines: " +
              "a certificate encrypts it (--certificate)."))));
  });
  desk.on("connected", (connected) => {
    if (connected) read();
  });
  read();
  return { element };
}

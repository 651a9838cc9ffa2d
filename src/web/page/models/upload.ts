// Bringing models in: by a file picker, or dropped. The server looks into each before it takes it;
// what it refuses is said here, with its reason.

import { button, el, Fault, put, write } from "../parts/element";
import { bytes, inPath } from "../parts/words";

const mostBytes = 64 * 1024 * 1024;
const endings = ".safetensors,.keras,.h5,.tflite";

/** Sends a file, and tells how much of it has gone. fetch() cannot tell that. */
function send(file: File, gone: (part: number) => void): { done: Promise<void>; stop: () => void } {
  const request = new XMLHttpRequest();
  const done = new Promise<void>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && gone(event.loaded / event.total);
    request.onload = () => {
      if (request.status < 400) {
        resolve();
        return;
      }
      let why = `${request.status} ${request.statusText}`;
      try {
        why = String((JSON.parse(request.responseText) as { error: unknown }).error);
      } catch {
        // The status says what there is to say.
      }
      reject(new Error(why));
    };
    request.onerror = () => reject(new Error("imps does not answer: is it still running?"));
    request.onabort = () => reject(new Error("stopped"));
    request.open("PUT", `/api/v1/models/${inPath(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
  return { done, stop: () => request.abort() };
}

export function uploadOf(arrived: () => void): HTMLElement {
  const going = el("div", { class: "uploads" });
  const said = el("p", { class: "quiet", role: "status" });
  const faults = el("div", { class: "uploads" });

  const bring = async (file: File) => {
    const fault = new Fault();
    faults.append(fault.element);
    if (file.size > mostBytes) {
      fault.say(`${file.name}: is ${bytes(file.size)}, and at most 64 MB are taken here: copy it into the models folder`);
      return;
    }
    const bar = el("progress", { max: 1, "aria-label": `Sending ${file.name}` });
    const sending = send(file, (part) => (bar.value = part));
    const strip = el("div", { class: "strip" },
      el("div", { class: "strip-head" }, el("span", { class: "strip-name" }, file.name),
        el("span", { class: "strip-figures" }, bytes(file.size)), button("Stop", sending.stop)), bar);
    going.append(strip);
    try {
      await sending.done;
      write(said, `${file.name} is here.`);
      arrived();
    } catch (error) {
      const why = (error as Error).message;
      fault.say(why.includes(file.name) ? why : `${file.name}: ${why}`);
    }
    strip.remove();
  };
  const bringAll = async (files: readonly File[]) => {
    put(faults);
    write(said, "");
    for (const file of files) await bring(file);
  };

  const input = el("input", { type: "file", class: "unseen", accept: endings, multiple: true,
    onchange: () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      void bringAll(files);
    } });
  const zone = el("label", { class: "drop" }, input,
    el("span", { class: "do", "aria-hidden": "true" }, "Bring a model"),
    el("span", { class: "quiet" }, `or drop it here: ${endings.split(",").join(", ")}, up to 64 MB`));
  input.setAttribute("aria-label", "Bring a model");
  // A file that is dropped beside it must not take the place of the instrument.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => event.preventDefault());
  let within = 0;
  const over = (change: number) => {
    within = Math.max(0, within + change);
    zone.dataset.over = String(within > 0);
  };
  zone.addEventListener("dragenter", (event) => {
    event.preventDefault();
    over(1);
  });
  zone.addEventListener("dragleave", () => over(-1));
  zone.addEventListener("drop", (event) => {
    over(-within);
    void bringAll([...(event.dataTransfer?.files ?? [])]);
  });
  return el("div", { class: "upload" }, zone, going, faults, said);
}

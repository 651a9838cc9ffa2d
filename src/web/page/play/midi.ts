// A MIDI controller at the browser, where the browser has Web MIDI: the first controller number that
// moves is the first control, the next new one the second, and so on. Asked for by a button, because
// imps may be listening to the same controller itself.

import { button, make, write } from "../make";

/** The part of Web MIDI that is used here; not every browser, nor TypeScript's own list, has it. */
interface MidiInput {
  name: string | null;
  onmidimessage: ((event: { data: Uint8Array | null }) => void) | null;
}
interface MidiAccess {
  inputs: { forEach(each: (input: MidiInput) => void): void };
  onstatechange: (() => void) | null;
}
const browser = navigator as unknown as { requestMIDIAccess?(): Promise<MidiAccess> };

export class Midi {
  readonly line = make("p", "note");
  readonly button: HTMLElement;
  private readonly assigned = new Map<string, number>();

  /** @param move  moves a control; says its name, or null when there is no such control. */
  constructor(private readonly move: (control: number, value: number) => string | null) {
    this.button = button("MIDI here", "", () => void this.ask());
    this.button.title = "Play with a MIDI controller that is plugged in where this page is open";
    this.line.hidden = true;
    if (!browser.requestMIDIAccess) {
      this.button.hidden = true;
      return;
    }
    // What was allowed once need not be asked for again.
    navigator.permissions?.query({ name: "midi" as PermissionName }).then((permission) => {
      if (permission.state === "granted") void this.ask();
    }).catch(() => undefined);
  }

  private async ask(): Promise<void> {
    if (!browser.requestMIDIAccess) return;
    this.line.hidden = false;
    let access: MidiAccess;
    try {
      access = await browser.requestMIDIAccess();
    } catch {
      write(this.line, "The browser does not let this page use MIDI: its site settings decide");
      return;
    }
    this.button.hidden = true;
    const listen = () => {
      const names: string[] = [];
      access.inputs.forEach((input) => {
        names.push(input.name ?? "MIDI");
        input.onmidimessage = ({ data }) => this.hear(data);
      });
      write(this.line, names.length
        ? `Listening to ${names.join(", ")}. Move something` : "No MIDI controller is plugged in here");
    };
    access.onstatechange = listen;
    listen();
  }

  /** A control change: its channel and number are one knob, wherever it is plugged in. */
  private hear(bytes: Uint8Array | null): void {
    if (!bytes || bytes.length < 3 || (bytes[0] & 0xf0) !== 0xb0) return;
    // From 120 on the numbers are channel mode messages, not knobs.
    if (bytes[1] >= 120) return;
    const knob = `${bytes[0] & 0x0f} ${bytes[1]}`;
    const control = this.assigned.get(knob) ?? this.assigned.size;
    const name = this.move(control, bytes[2] / 127);
    if (name === null) {
      write(this.line, `CC ${bytes[1]} moves nothing: all controls have a knob`);
      return;
    }
    this.assigned.set(knob, control);
    write(this.line, `CC ${bytes[1]} → ${name}`);
  }
}

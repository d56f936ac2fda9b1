/** TextEncoder and TextDecoder: all kinds of text and bytes, streams that are under way across suspensions. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

/** A small generator of numbers, the same everywhere. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const encoder = new TextEncoder();
  const texts = ["", "plain", "ä€\u{1f600}", "\ud800x", "x\udc00", "\ufeffmark", "\0"];
  trace.push(show(texts.map((text) => [...encoder.encode(text)].join())));
  const target = new Uint8Array(5);
  trace.push(show(encoder.encodeInto("a\u{1f600}€", target)), [...target].join());
  const decoder = new TextDecoder("utf-8");
  const bytes = encoder.encode("a€\u{1f600}");
  trace.push(JSON.stringify(decoder.decode(bytes.subarray(0, 2), { stream: true })));
  await duration(1, "day");
  trace.push(JSON.stringify(decoder.decode(bytes.subarray(2, 6), { stream: true })));
  await duration(1, "day");
  trace.push(JSON.stringify(decoder.decode(bytes.subarray(6))), JSON.stringify(decoder.decode(encoder.encode("\ufeffx"))));
  const random = numbers(7);
  const lengths: number[] = [];
  let differences = "";
  for (let i = 0; i < 300; i++) {
    const leads = [0x41, 0x80, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xbf, 0xa0, 0x90];
    const list = Uint8Array.from({ length: random(6) }, () => leads[random(leads.length)] ?? 0);
    const text = new TextDecoder("utf-8").decode(list);
    differences += [...text].map((point) => point.codePointAt(0)?.toString(36)).join(".");
    lengths.push(text.length);
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(list);
      differences += "+";
    } catch (error) {
      differences += (error as Error).name.charAt(0);
    }
  }
  trace.push(show(lengths.join("")), show(differences.length), differences.slice(0, 3000));
  const wide = new TextDecoder("utf-16le");
  trace.push(JSON.stringify(wide.decode(new Uint8Array([0x3d, 0xd8, 0x00, 0xde, 0x41, 0x00]))), wide.encoding);
  trace.push(JSON.stringify(wide.decode(new Uint8Array([0x3d, 0xd8]), { stream: true }) + wide.decode(new Uint8Array([0, 0xde, 1]))));
  trace.push(JSON.stringify(new TextDecoder("utf8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf]))));
  trace.push(show([decoder.encoding, decoder.fatal, decoder.ignoreBOM, encoder.encoding]));
  try {
    new TextDecoder("no such encoding");
  } catch (error) {
    trace.push((error as Error).name);
  }
  trace.push(Object.prototype.toString.call(encoder), Object.prototype.toString.call(decoder));
  return trace;
});

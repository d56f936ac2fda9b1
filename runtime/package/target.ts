/** The systems that an executable can be made for. */
import { Fault } from "../protocol/fault.js";

/** Those that are made and tried. */
export const TARGETS = ["linux-x64", "linux-arm64"] as const;
export type Target = (typeof TARGETS)[number];

/** Why others are refused. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["darwin-arm64", "macOS runs only signed code, and the signature can be made only there"],
  ["darwin-x64", "macOS runs only signed code, and the signature can be made only there"],
  ["win32-x64", "executables for Windows have not been tried"],
]);

/** The target of this machine, or the one named. Throws Fault EV4001 for one that cannot be made. */
export function parseTarget(named: string | undefined): Target {
  const wanted = named ?? `${process.platform}-${process.arch}`;
  const known = TARGETS.find((target) => target === wanted);
  if (known !== undefined) return known;
  throw new Fault("EV4001", `No executable can be made for ${wanted}: ${REFUSED.get(wanted) ?? "it is not known"}`, {
    remedy: `Use one of: ${TARGETS.join(", ")}. On other systems install the npm package, which needs Node.`,
  });
}

/** True for the system and processor that this process runs on. */
export function isHere(target: Target): boolean {
  return target === `${process.platform}-${process.arch}`;
}

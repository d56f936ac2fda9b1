/** Stands in for `toolchain.ts` in packaged executables. */
import { Fault } from "../protocol/fault.js";
import type * as toolchain from "./toolchain.js";

const refuse = (): never => {
  throw new Fault("EV4005", "A packaged executable has no compiler", {
    place: process.execPath,
    remedy: "Run this command with the npm package `eventual`, then use the executable or program that it makes.",
  });
};

export const compile: typeof toolchain.compile = refuse;
export const compileAndWatch: typeof toolchain.compileAndWatch = refuse;
export const makeExecutable: typeof toolchain.makeExecutable = refuse;

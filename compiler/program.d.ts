/** The types of `import { program } from "./orders.ts?program"`: add `eventual/program` to `types` of a tsconfig.json. */
declare module "*?program" {
  import type { Program } from "eventual/runtime";

  export const program: Program;
}

/**
 * Every code of the compiler's front, with the title of its page docs/errors/<code>.md. A code is never reused.
 * The codes of the lowering (EV31xx) have their pages beside these.
 */
import type { FaultCode } from "../../runtime/protocol/fault.js";

const TITLES = {
  EV1001: "The entry file does not exist",
  EV1002: "The TypeScript configuration cannot be used",
  EV1003: "Syntax error",
  EV1004: "Type error",
  EV1005: "TypeScript syntax that a module cannot contain",
  EV1006: "A source file cannot be read",
  EV2001: "A global that does not exist in workflow code",
  EV2002: "Code made from text",
  EV2004: "A module of the host in workflow code",
  EV2005: "A file that cannot be bundled",
  EV2006: "Dynamic import",
  EV2010: "Two definitions with the same name",
  EV2011: "A name that is not a string literal",
  EV2012: "A definition that is not at the top level of its module",
  EV2013: "workflow, task or signal used otherwise than in a call",
  EV2023: "using at the top level of a module is not supported",
  EV2025: "with statements are not supported",
  EV2026: "Decorators are not supported yet",
  EV2028: "super() is not supported in an async arrow function",
  EV2032: "delete of a variable is not supported",
  EV2033: "import.meta does not exist in workflow code",
  EV2034: "A promise that nobody awaits",
  EV2035: "An object of the host is held while the workflow waits",
  EV2036: "A task or durable operation outside of a workflow",
  EV2037: "A task uses the handler of a workflow",
  EV2038: "A pin that stands twice",
  EV3001: "An import cannot be resolved",
  EV3002: "The modules cannot be linked",
  EV3003: "The program defines no workflow",
  EV3004: "The program file cannot be written",
  EV3005: "The program file cannot be read",
  EV9101: "The installation of Eventual is incomplete",
  EV9102: "A defect of eventualc",
} as const satisfies Record<FaultCode, string>;

/** A code of the compiler's front. */
export type CompilerCode = keyof typeof TITLES;

/** All codes of the catalogue, in order. */
export const COMPILER_CODES: readonly string[] = Object.keys(TITLES);

/** The title of a code's page; empty for codes of other parts. */
export function titleOf(code: string): string {
  return isCompilerCode(code) ? TITLES[code] : "";
}

function isCompilerCode(code: string): code is CompilerCode {
  return Object.hasOwn(TITLES, code);
}

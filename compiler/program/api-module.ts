/**
 * The module `eventual` inside a program: its exports are taken from what the runtime hands in, the factory's `$api`
 * in the guest and a well-known global on the host.
 */
import { API_KEY } from "../../runtime/protocol/helpers.js";
import { API_NAMES } from "../project/api.js";

/** The name that the factory's parameter has in guest code. */
export const FACTORY_PARAMETER = "$rt";
/** Where task workers put the API before they evaluate host code: runtime/api/host.ts. */
const HOST_KEY = "eventual.host";

/** Text of the API module in guest code. */
export function guestApiModule(): string {
  return moduleText(`${FACTORY_PARAMETER}.${API_KEY}`);
}

/** Text of the API module in host code. */
export function hostApiModule(): string {
  return moduleText(`globalThis[Symbol.for(${JSON.stringify(HOST_KEY)})]`);
}

function moduleText(object: string): string {
  const lines = API_NAMES.map((name) => `export const ${name} = $api.${name};`);
  return `const $api = ${object};\n${lines.join("\n")}\n`;
}

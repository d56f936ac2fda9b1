/** What a build says of the sizes of its code. */
import type { ProgramBytes } from "../program/artifact.js";

/** `workflow code: 1,190,000 bytes from 970,000 (1.23 times), with packages; task code: 2,000 bytes`. */
export function sizesText({ workflowSource, workflow, tasks }: ProgramBytes): string {
  const number = (bytes: number) => bytes.toLocaleString("en-US");
  const times = workflowSource === 0 ? "" : ` (${(workflow / workflowSource).toFixed(2)} times)`;
  return `workflow code: ${number(workflow)} bytes from ${number(workflowSource)}${times}, with packages; task code: ${number(tasks)} bytes`;
}

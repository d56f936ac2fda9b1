/** How a call of a task is named on the command line. */

/** `order/17#4`: execution and number of the call; undefined for any other text. */
export function taskCallOf(text: string): { execution: string; seq: number } | undefined {
  const [, execution, seq] = /^(.+\/.+)#(\d{1,15})$/s.exec(text) ?? [];
  return execution === undefined ? undefined : { execution, seq: Number(seq) };
}

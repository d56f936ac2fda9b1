/**
 * Tokens by which an attempt of a task is completed from outside: bound to the call and the attempt, and authenticated
 * with the database's secret, so that nobody can make one up.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

export interface TaskTokenSubject {
  readonly execution: number;
  readonly seq: number;
  /** From 1. */
  readonly attempt: number;
}

const TOKEN = /^(\d{1,16})\.(\d{1,16})\.(\d{1,16})\.([A-Za-z0-9_-]{43})$/;

/** The token of an attempt. `secret`: hex digits. */
export function makeTaskToken(secret: string, { execution, seq, attempt }: TaskTokenSubject): string {
  const subject = `${execution}.${seq}.${attempt}`;
  return `${subject}.${sign(secret, subject)}`;
}

/** What a token stands for; undefined when it was not made with this secret. */
export function readTaskToken(secret: string, token: string): TaskTokenSubject | undefined {
  const [, execution, seq, attempt, signature] = TOKEN.exec(token) ?? [];
  if (execution === undefined || seq === undefined || attempt === undefined || signature === undefined)
    return undefined;
  const wanted = sign(secret, `${execution}.${seq}.${attempt}`);
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(wanted))) return undefined;
  return { execution: Number(execution), seq: Number(seq), attempt: Number(attempt) };
}

function sign(secret: string, subject: string): string {
  return createHmac("sha256", Buffer.from(secret, "hex")).update(`task ${subject}`).digest("base64url");
}

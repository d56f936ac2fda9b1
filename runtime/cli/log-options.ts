/** How a server's log is written. */

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export const LOG_FORMATS = ["text", "json"] as const;

export interface LogOptions {
  readonly format: (typeof LOG_FORMATS)[number];
  readonly level: (typeof LOG_LEVELS)[number];
  /** Default: standard error. Only with the format `json`. */
  readonly file?: string | undefined;
}

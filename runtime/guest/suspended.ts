import type { SuspensionToken } from "../protocol/helpers.js";

/** What a step function returns to say that its frame is parked. User code never gets hold of it. */
export const SUSPENDED = Object.freeze({ suspended: true }) as unknown as SuspensionToken;

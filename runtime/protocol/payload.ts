/**
 * Longest text of one encoded value that is passed into a workflow (an input, a signal's payload, a task's result), in
 * UTF-16 units. As part of a JSON text, where each of its characters may take two, it is what a sandbox with the default
 * memory passes at once.
 */
export const PAYLOAD_UNITS_MAX = 16 << 20;

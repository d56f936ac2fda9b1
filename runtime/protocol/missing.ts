/** True for the error of a file that is not there. Also of an error from another realm, as test frameworks have them. */
export function isMissingFile(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
}

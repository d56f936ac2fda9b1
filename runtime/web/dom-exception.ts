/** DOMException (Web IDL §4.3). */
import { publish } from "./tag.js";

/** Names with a code, from code 1 on; those that were never given a name are empty. */
const NAMES = [
  "IndexSizeError",
  "",
  "HierarchyRequestError",
  "WrongDocumentError",
  "InvalidCharacterError",
  "",
  "NoModificationAllowedError",
  "NotFoundError",
  "NotSupportedError",
  "InUseAttributeError",
  "InvalidStateError",
  "SyntaxError",
  "InvalidModificationError",
  "NamespaceError",
  "InvalidAccessError",
  "",
  "TypeMismatchError",
  "SecurityError",
  "NetworkError",
  "AbortError",
  "URLMismatchError",
  "QuotaExceededError",
  "TimeoutError",
  "InvalidNodeTypeError",
  "DataCloneError",
] as const;

export class DOMException extends Error {
  readonly #name: string;

  constructor(message: unknown = "", options: unknown = "Error") {
    super(String(message));
    if (typeof options !== "object" || options === null) {
      this.#name = String(options);
      return;
    }
    const { name = "Error" } = options as { readonly name?: unknown };
    this.#name = String(name);
    if ("cause" in options)
      Object.defineProperty(this, "cause", { value: options.cause, configurable: true, writable: true });
  }

  // Accessors, as the platform has them: an error class of the language would have data properties.
  override get name(): string {
    return this.#name;
  }

  get code(): number {
    const index = NAMES.indexOf(this.#name as (typeof NAMES)[number]);
    return this.#name === "" ? 0 : index + 1;
  }
}

publish(DOMException);

/** Puts the iterators that a checkpoint can hold into a realm. */
import { installEntriesIterators } from "./entries.js";
import { installIteratorHelpers } from "./helpers.js";
import { installIndexedIterators } from "./indexed.js";
import { installMatchIterators } from "./matches.js";
import { installTextIterators } from "./text.js";

export function installIteratorObjects(): void {
  installIndexedIterators();
  installEntriesIterators();
  installTextIterators();
  installMatchIterators();
  installIteratorHelpers();
}

/** Whoever follows the tutorial in an empty folder sees what it shows. */
import { join } from "node:path";
import { test } from "node:test";
import { followDocument, ROOT } from "../support/document.js";
import { temporaryFolder } from "../support/temp.js";

test("the tutorial, from an empty folder to an executable", async (t) => {
  await followDocument(join(ROOT, "docs/tutorial.md"), await temporaryFolder(t));
});

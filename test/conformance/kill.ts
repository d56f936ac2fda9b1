import type { TestContext } from "node:test";
import type { Case } from "./case.js";

export async function killTests(_t: TestContext, _program: Case): Promise<void> {}

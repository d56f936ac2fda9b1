/** The programs of test/programs/cases: what the language can do. */
import { testPrograms } from "./cases.js";

testPrograms("cases");

/** The programs of test/programs/packages: npm packages inside of workflows, their objects held across suspensions. */
import { testPrograms } from "../program-runs/cases.js";

testPrograms("packages");

/** Programs 8 to 15: work side by side. */
import { DAY } from "./case.js";
import { conform } from "./conform.js";

const cases = "programs/cases";

conform([
  { name: "fan-out", program: `${cases}/fan-out.ts`, dependsOnOrder: "result" },
  { name: "evaluation-order", program: `${cases}/evaluation-order.ts` },
  { name: "race", program: `${cases}/race.ts`, dependsOnOrder: "result" },
  { name: "any-settled", program: `${cases}/any-settled.ts` },
  { name: "worker-pool", program: `${cases}/worker-pool.ts`, dependsOnOrder: "result" },
  { name: "dangling", program: `${cases}/dangling.ts` },
  {
    name: "left-alone",
    afterwards: DAY,
    result: ["RangeError: nobody hears of it but us", "TypeError: after 0 hours"],
    others: { "child/early": "FAILED", "child/late": "FAILED", "child/heard": "FAILED" },
  },
  { name: "interleaving", program: `${cases}/interleaving.ts`, dependsOnOrder: "result" },
  { name: "chains", program: `${cases}/chains.ts` },
]);

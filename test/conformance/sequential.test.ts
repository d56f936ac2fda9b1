/** Programs 1 to 7: sequences, control flow, values. */
import { conform } from "./conform.js";

const cases = "programs/cases";

conform([
  { name: "hello", program: `${cases}/hello.ts` },
  { name: "chain", program: `${cases}/chain.ts` },
  { name: "branching", program: `${cases}/branching.ts` },
  { name: "recursion", program: `${cases}/recursion.ts` },
  { name: "try-matrix", program: `${cases}/try-matrix.ts`, dependsOnOrder: "result" },
  { name: "closures", program: `${cases}/closures.ts` },
  { name: "destructuring", program: `${cases}/destructuring.ts` },
  { name: "odd-results", program: `${cases}/odd-results.ts` },
]);

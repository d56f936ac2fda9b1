/** Programs that import from the original framework's package run unchanged. */
import { DAY } from "./case.js";
import { conform } from "./conform.js";

conform([
  {
    name: "original-shop",
    input: { id: "run", items: ["book", "pen"] },
    afterwards: 2 * DAY,
    others: { "followUp/after-run": "SUCCEEDED" },
    dependsOnOrder: "timeline",
    repeats: "deliveries",
    kills: "some",
    tellsTime: true,
  },
]);

import { deliveriesOf } from "../emit.js";
import type { CommandHandler } from "./handler.js";

export const emit: CommandHandler<"emit"> = {
  apply({ events }, { draft, subscribersOf }) {
    for (const event of events) {
      for (const write of deliveriesOf(event, subscribersOf(event.event), draft.now)) draft.deliver(write);
    }
  },
};

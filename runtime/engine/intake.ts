/**
 * What clients have handed over and not yet had acknowledged. It is in memory only, so there are bounds; whoever meets
 * one hears of it at once, and nothing of what he asked for happens.
 *
 * I1  At most `limits.waitingRequests` starts and signals wait at once, of at most `limits.waitingUnits` together.
 * I2  Nothing is taken in that the sandbox could not pass on: `limits.payloadUnits`.
 */
import { engineBusy, payloadTooLarge } from "./faults.js";
import type { Limits } from "./limits.js";

export class Intake {
  readonly #limits: Limits;
  #requests = 0;
  #units = 0;
  #refused = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Takes a request in for as long as `work` takes. `units`: length of its payload, in UTF-16 units. Throws Fault EV8021
   * for a payload that is too large, EV8022 when too much waits already.
   */
  async during<T>(what: string, units: number, work: () => Promise<T>): Promise<T> {
    this.check(what, units);
    const { waitingRequests, waitingUnits } = this.#limits;
    const isFull = this.#requests >= waitingRequests || (this.#requests > 0 && this.#units + units > waitingUnits);
    if (isFull) {
      this.#refused++;
      throw engineBusy(this.#requests);
    }
    this.#requests++;
    this.#units += units;
    try {
      return await work();
    } finally {
      this.#requests--;
      this.#units -= units;
    }
  }

  get load() {
    return { waiting: this.#requests, mostWaiting: this.#limits.waitingRequests, refused: this.#refused };
  }

  /** Throws Fault EV8021 for a payload that is too large. */
  check(what: string, units: number): void {
    const { payloadUnits } = this.#limits;
    if (units > payloadUnits) throw payloadTooLarge(what, units, payloadUnits);
  }
}

/**
 * A stand-in for the radio of an edge gateway and the devices behind it. What a device does depends on how often it has
 * been asked: "attic" sleeps through the first three attempts, "barn" loses contact in the middle of its first flash,
 * "cellar" is of another model, "dead" never answers.
 */

export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Firmware of one model must not come into another. */
export class WrongModel extends Error {
  override readonly name = "WrongModel";

  constructor(device: string, model: string) {
    super(`${device} is a ${model}`);
  }
}

export const gateway = {
  async identify(device: string, attempt: number): Promise<string> {
    if (device === "dead" || (device === "attic" && attempt < 3)) throw new Unreachable(`${device} does not answer`);
    return device === "cellar" ? "thermostat" : "meter";
  },
  async write(device: string, _firmware: string, block: number, attempt: number): Promise<void> {
    if (device === "barn" && block === 2 && attempt === 0) throw new Unreachable("contact was lost");
  },
  /** Whether the device has come up with that firmware. */
  async runs(_device: string, _firmware: string): Promise<boolean> {
    return true;
  },
  async rollBack(device: string): Promise<void> {
    console.log(`${device} goes back to its old firmware`);
  },
};

/** The courier refuses: trying again would not help. */
export class TooHeavy extends Error {
  override readonly name = "TooHeavy";

  constructor(readonly kilograms: number) {
    super(`the courier takes up to 30 kg, not ${kilograms}`);
  }
}

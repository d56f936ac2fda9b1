export class InsufficientFunds extends Error {
  override readonly name = "InsufficientFunds";

  constructor(readonly missing: number) {
    super(`${missing} cents are missing`);
  }
}

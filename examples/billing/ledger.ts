/** A stand-in for a payment provider and its books: prints what it charges. */
const known = new Set<string>();

export const ledger = {
  async add(date: string, customer: string, what: string, cents: number, idempotencyKey: string): Promise<void> {
    if (known.has(idempotencyKey)) return;
    known.add(idempotencyKey);
    console.log(`${date}  ${customer}  ${(cents / 100).toFixed(2).padStart(7)}  ${what}`);
  },
};

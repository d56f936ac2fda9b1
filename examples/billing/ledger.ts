/** A stand-in for a payment provider and its books: a text file, one line of JSON per invoice. Prints what it charges. */
import { appendFile, readFile } from "node:fs/promises";

interface Entry {
  /** `2027-01-31` */
  readonly date: string;
  readonly customer: string;
  readonly what: string;
  readonly cents: number;
  readonly key: string;
}

const FILE = "ledger.jsonl";

async function entries(): Promise<readonly Entry[]> {
  const text = await readFile(FILE, "utf8").catch(() => "");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}

export const euros = (cents: number) => (cents / 100).toFixed(2).padStart(7);

export const ledger = {
  /** Once per key. */
  async add(entry: Entry): Promise<void> {
    if ((await entries()).some(({ key }) => key === entry.key)) return;
    await appendFile(FILE, `${JSON.stringify(entry)}\n`);
    console.log(`${entry.date}  ${entry.customer}  ${euros(entry.cents)}  ${entry.what}`);
  },
  /** Cents of a month, such as `2027-01`. */
  async total(month: string): Promise<number> {
    return (await entries()).filter(({ date }) => date.startsWith(month)).reduce((sum, { cents }) => sum + cents, 0);
  },
};

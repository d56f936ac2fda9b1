/** Collections, classes and counters of a module, iterated and changed around awaits. */
import { duration, workflow } from "eventual";
import { echo } from "./support/tasks";

let counter = 0;
const log: string[] = [];
const registry = new Map<string, () => Promise<unknown>>();
const settings = { retries: 1 };

function register(name: string, action: () => Promise<unknown>) {
  registry.set(name, action);
}

async function bump() {
  counter++;
  await duration(1);
  counter *= 2;
}

class Account {
  static opened = 0;
  balance = 0;
  constructor(readonly owner: string) {
    Account.opened++;
  }
  async deposit(amount: number) {
    await duration(1);
    this.balance += amount;
    return this;
  }
  get text() {
    return `${this.owner}: ${this.balance}`;
  }
}

export const main = workflow("main", async () => {
  register("one", async () => echo(counter));
  register("two", async () => log.push(`two ${await echo(settings.retries)}`));
  await bump();
  await bump();
  settings.retries += counter;
  for (const [name, action] of registry) log.push(`${name} ${await action()}`);
  const accounts = [new Account("ada"), new Account("bob")];
  await Promise.all(accounts.map((account, i) => account.deposit(i + 1)));
  await accounts[0]?.deposit(10);
  log.push(...accounts.map(({ text }) => text), `${Account.opened} ${accounts[0] instanceof Account}`);
  return log;
});

/**
 * Classes made while the workflow runs, held across waits: captures, private elements, super, accessors, statics,
 * generators, subclassed built-ins, and objects of module classes with private elements.
 */
import { workflow } from "eventual";
import { show } from "./support/show";
import { echo as echoes } from "./support/tasks";

const echo = <T>(value: T): Promise<T> => echoes(value) as Promise<T>;

const trace: string[] = [];

class Account {
  static #opened = 0;
  #balance: number;
  readonly #history: string[] = [];

  constructor(start: number) {
    this.#balance = start;
    Account.#opened++;
  }

  static get opened(): number {
    return Account.#opened;
  }

  async deposit(amount: number): Promise<number> {
    const before = this.#balance;
    this.#balance += await echo(amount);
    this.#history.push(`${before} to ${this.#balance}`);
    return this.#log("deposit");
  }

  async *entries(): AsyncGenerator<string> {
    for (const line of this.#history) yield await echo(line);
  }

  *numbers(): Generator<number> {
    yield this.#balance;
    yield this.#history.length;
  }

  watch(): () => number {
    return () => this.#balance;
  }

  static holds(value: object): boolean {
    return #balance in value;
  }

  #log(what: string): number {
    trace.push(`${what} ${this.#balance}`);
    return this.#balance;
  }
}

const shared = new Account(5);

// biome-ignore lint/suspicious/noExplicitAny: what TypeScript asks of a mixin
function counted<T extends new (...args: any[]) => object>(Base: T, step: number) {
  class Counted extends Base {
    #count = 0;
    static readonly made = new Map<string, number>([[Base.name, step]]);
    tick = () => (this.#count += step);
    get count(): number {
      return this.#count;
    }
    async slow(): Promise<string> {
      await echo(0);
      this.tick();
      return `${Counted.name} ${this.#count}`;
    }
  }
  return Counted;
}

export const main = workflow("main", async () => {
  await shared.deposit(10);
  const watch = shared.watch();

  class Line {
    static total = 0;
    static #secret = await0();
    static {
      trace.push("static block");
    }
    readonly note: string;
    constructor(readonly sku: string, note = sku.toUpperCase()) {
      this.note = note;
      Line.total++;
    }
    static secret() {
      return Line.#secret++;
    }
    [key]() {
      return `${this.sku} of ${Line.total}`;
    }
    describe() {
      return `line ${this.sku}`;
    }
  }
  class Special extends Line {
    override describe() {
      return `special ${super.describe()}`;
    }
    async later(): Promise<string> {
      await echo(1);
      return `${super.describe()} ${await echo(this.note)}`;
    }
    lazily() {
      return () => super.describe();
    }
  }
  const line = new Line("a");
  const special = new Special("b", "n");
  const lazy = special.lazily();
  await echo(2);
  trace.push(show([line, special, Line.total, Line.secret(), special instanceof Line, line[key](), lazy()]));
  trace.push(special.describe(), await special.later());

  const Bag = counted(class extends Map<string, number> {}, 2);
  const bag = new (class Big extends Bag {})([["x", 1]]);
  bag.tick();
  const { tick } = bag;
  trace.push(await bag.slow());
  tick();
  trace.push(show([bag.count, bag.get("x"), bag.size, Bag.made, bag.constructor.name, bag instanceof Map]));

  class Failure extends Error {
    override name = "Failure";
    readonly #code = 7;
    code() {
      return this.#code;
    }
  }
  try {
    await echo(3);
    throw new Failure("bad");
  } catch (error) {
    await echo(4);
    trace.push(show([error, error instanceof Failure && error.code()]));
  }
  class Dial {
    shown = "off";
    set #position(position: number) {
      this.shown = `at ${position}`;
    }
    turn(position: number) {
      this.#position = position;
    }
  }
  const dial = new Dial();
  await echo(6);
  dial.turn(7);
  trace.push(dial.shown);
  for await (const entry of shared.entries()) trace.push(entry);
  const numbers = shared.numbers();
  trace.push(String(numbers.next().value));
  await echo(5);
  trace.push(show([...numbers, watch(), Account.opened, Account.holds(shared), Account.holds(line)]));
  return trace;
});

const key = "key1";

function await0(): number {
  trace.push("private static");
  return 40;
}

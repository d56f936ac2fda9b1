/** Arrow functions, async ones too, that are made before `super()` has returned and held across waits. */
// @ts-nocheck TypeScript refuses what ECMAScript allows here.
import { duration, workflow } from "eventual";
import { show } from "./support/show";

const trace: string[] = [];

class Base {
  readonly names: string[] = [];

  constructor(readonly label: string) {}

  greet(): string {
    return `base ${this.label}`;
  }
}

class Early extends Base {
  readonly later: () => Promise<string>;
  readonly parts: (() => unknown)[];
  extra = "field";

  constructor(label: string, count = 0) {
    const self = () => this;
    const early = async () => {
      await duration(1, "minute");
      return `${this.label}/${this.extra}/${super.greet()}/${new.target.name}/${count++}`;
    };
    const init = (text: string) => super(text);
    try {
      self();
    } catch (error) {
      trace.push((error as Error).name);
    }
    init(label.toUpperCase());
    const target = () => new.target;
    this.later = early;
    this.parts = [self, target, () => ({ me: this, greet: () => super.greet() }), () => count];
  }
}

class Deeper extends Early {
  #secret = 7;
  readonly run: (n: number) => Promise<number[]>;

  constructor() {
    const run = async (n: number) => {
      const found: number[] = [];
      for (let i = 0; i < n; i++) {
        await duration(i + 1, "seconds");
        found.push(this.#secret++ + i);
      }
      return found;
    };
    super("deep");
    this.run = run;
  }

  override greet(): string {
    return `deeper ${super.greet()}`;
  }
}

class Never extends Base {
  constructor(report: (pending: Promise<unknown>) => void) {
    report(
      (async () => {
        await duration(1, "second");
        return this;
      })(),
    );
    super("never");
  }
}

class Failing extends Base {
  constructor(report: (pending: Promise<unknown>) => void) {
    const pending = (async () => {
      await duration(1, "second");
      return this.label;
    })();
    report(pending);
    if (trace.length > 0) throw new RangeError("before super");
    super("failing");
  }
}

export const main = workflow("main", async () => {
  trace.length = 0;
  class Local extends Base {
    readonly wait: () => Promise<string>;
    constructor(suffix: string) {
      const wait = async () => {
        await duration(1);
        return this.label + suffix;
      };
      super("local");
      this.wait = wait;
    }
  }
  const early = new Early("first");
  const local = new Local("!");
  await duration(1, "hour");
  const [self, target, inner, count] = early.parts as [
    () => unknown,
    () => { name: string },
    () => { me: Early; greet(): string },
    () => number,
  ];
  trace.push(show([self() === early, target().name, inner().me === early, inner().greet(), count()]));
  trace.push(await early.later(), await early.later(), show(count()), await local.wait());
  const deeper = new Deeper();
  await duration(1, "day");
  trace.push(show(await deeper.run(3)), await deeper.later());
  let pending: Promise<unknown> = Promise.resolve();
  const never = new Never((each) => {
    pending = each;
  });
  trace.push(show((await pending) === never));
  try {
    new Failing((each) => {
      pending = each;
    });
  } catch (error) {
    trace.push(String(error));
  }
  trace.push(await pending.then(String, (error: Error) => error.name));
  return trace;
});

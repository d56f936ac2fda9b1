/** The guest's Promise against the engine's: the same program on both must leave the same trace. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drainJobs } from "#runtime/guest/jobs.js";
import { GPromise } from "#runtime/guest/promise.js";
import { registered } from "#runtime/guest/registry.js";
import { GuestPromise, inRealm } from "./realm.js";

type Constructor = typeof Promise;
type Log = (...items: unknown[]) => void;
type Scenario = (P: Constructor, log: Log) => void;

const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Runs a scenario with the engine's promises and with the guest's, and compares. */
async function compare(scenario: Scenario): Promise<readonly string[]> {
  const native: string[] = [];
  scenario(Promise, (...items) => native.push(items.map(show).join(" ")));
  await later(0);
  const guest: string[] = [];
  inRealm(() => scenario(GuestPromise, (...items) => guest.push(items.map(show).join(" "))));
  assert.deepEqual(guest, native);
  return guest;
}

function show(value: unknown): string {
  if (value instanceof AggregateError) return `AggregateError[${value.errors.map(show).join()}]`;
  if (value instanceof Error) return value.constructor.name;
  return typeof value === "object" && value !== null ? (JSON.stringify(value) ?? "?") : String(value);
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "order of reactions and jobs": (P, log) => {
    const p = P.resolve(1);
    p.then(() => {
      log("a");
      P.resolve().then(() => log("a2"));
    });
    p.then(() => log("b"));
    P.resolve().then(() => log("c"));
    log("sync");
  },
  "rejections pass through": (P, log) => {
    P.reject(new RangeError("x"))
      .then(() => log("no"))
      .catch((e) => {
        log("caught", e);
        throw new TypeError("y");
      })
      .finally(() => log("finally"))
      .then(
        () => log("no"),
        (e) => log("second", e),
      );
  },
  "finally replaces by throwing and by a rejected promise": (P, log) => {
    P.resolve(1)
      .finally(() => {
        throw new RangeError("x");
      })
      .catch((e) => log("threw", e));
    P.resolve(1)
      .finally(() => P.reject(new TypeError("y")))
      .catch((e) => log("rejected", e));
    P.resolve(1)
      .finally(() => 2)
      .then((v) => log("value", v));
  },
  "thenables that misbehave": (P, log) => {
    const twice = {
      // biome-ignore lint/suspicious/noThenProperty: thenables are what is tested
      then: (r: (v: unknown) => void, j: (e: unknown) => void) => {
        r(1);
        j(2);
        r(3);
      },
    };
    const throwsAfter = {
      // biome-ignore lint/suspicious/noThenProperty: as above
      then(r: (v: unknown) => void) {
        r(1);
        throw new Error("late");
      },
    };
    const getter = {
      // biome-ignore lint/suspicious/noThenProperty: as above
      get then(): never {
        throw new RangeError("getter");
      },
    };
    for (const thenable of [twice, throwsAfter, getter]) {
      P.resolve(thenable).then(
        (v) => log("ok", v),
        (e) => log("failed", e),
      );
    }
  },
  "a promise cannot resolve itself": (P, log) => {
    let resolve: (v: unknown) => void = () => undefined;
    const p = new P((r) => {
      resolve = r;
    });
    resolve(p);
    p.catch((e) => log(e));
  },
  "the executor's error counts unless resolved": (P, log) => {
    new P(() => {
      throw new RangeError("x");
    }).catch((e) => log(e));
    new P((r) => {
      r(1);
      throw new RangeError("x");
    }).then((v) => log(v));
    assert.throws(() => new P(undefined as never), TypeError);
    assert.throws(() => (P as unknown as () => void)(), TypeError);
  },
  combinators: (P, log) => {
    P.all([1, P.resolve(2), P.resolve(3).then((v) => v)]).then((v) => log("all", v));
    P.all([P.resolve(1), P.reject(new RangeError("x"))]).catch((e) => log("all", e));
    P.all([]).then((v) => log("all", v));
    P.allSettled([1, P.reject("no")]).then((v) => log("settled", v));
    P.any([P.reject(1), P.resolve(2)]).then((v) => log("any", v));
    P.any([P.reject(new RangeError("x")), P.reject(new TypeError("y"))]).catch((e) => log("any", e));
    P.any([]).catch((e) => log("any", e));
    P.race([P.resolve(1).then(() => 1), P.resolve(2)]).then((v) => log("race", v));
    P.race([]).then(() => log("never"));
  },
  "combinators close their iterator when an element fails": (P, log) => {
    const iterable = (failAt: string) => ({
      [Symbol.iterator]: () => ({
        next() {
          if (failAt === "next") throw new RangeError("next");
          return { done: false, value: 1 };
        },
        return() {
          log("closed");
          return {};
        },
      }),
    });
    const Broken = class extends P<unknown> {
      static override resolve(): never {
        throw new TypeError("resolve");
      }
    };
    P.all(iterable("next") as never).catch((e) => log(e));
    Broken.all(iterable("never") as never).catch((e) => log(e));
    P.all(5 as never).catch((e) => log(e));
  },
  subclassing: (P, log) => {
    class Sub<T> extends P<T> {
      tag = "sub";
    }
    const p = Sub.resolve(1);
    log(
      p instanceof Sub,
      p instanceof P,
      p.then(() => 1) instanceof Sub,
      p.finally(() => 1) instanceof Sub,
      (p as Sub<number>).tag,
    );
    Sub.all([p]).then((v) => log(v));
    log(Sub.all([]) instanceof Sub, P.resolve(p) === (p as unknown));
    class Plain<T> extends P<T> {
      static override get [Symbol.species](): Constructor {
        return P;
      }
    }
    log(Plain.resolve(1).then(() => 1) instanceof Plain);
    p.then((v) => log("then", v));
  },
  "foreign constructors and capabilities": (P, log) => {
    const { resolve, all, race } = P;
    const Foreign = function (this: object, executor: (r: unknown, j: unknown) => void) {
      executor(
        (v: unknown) => log("foreign resolve", v),
        (e: unknown) => log("foreign reject", e),
      );
    };
    Reflect.set(Foreign, "resolve", (v: unknown) => P.resolve(v));
    resolve.call(Foreign as never, 1);
    all.call(Foreign as never, [1, 2]);
    race.call(Foreign as never, [P.reject(new RangeError("x"))]);
    assert.throws(() => resolve.call(undefined as never, 1), TypeError);
    assert.throws(() => P.reject.call((() => undefined) as never, 1), TypeError);
  },
  "a replaced then is called": (P, log) => {
    const p = P.resolve(1);
    // biome-ignore lint/suspicious/noThenProperty: the replacement is what is tested
    p.then = ((f: (v: number) => void) => {
      log("mine");
      f(5);
    }) as never;
    P.all([p]).then((v) => log(v));
    new P((r) => r(p)).then((v) => log("resolved", v));
    P.resolve(p).finally(() => log("no"));
  },
  "microtask order between chains": (P, log) => {
    const chain = (name: string, n: number) => {
      let p: Promise<unknown> = P.resolve();
      for (let i = 0; i < n; i++) p = p.then(() => log(name, i));
      return p;
    };
    P.race([chain("a", 3), chain("b", 2)]).then(() => log("race"));
    P.allSettled([chain("c", 2), new P((r) => r(chain("d", 1)))]).then(() => log("all"));
  },
};

for (const [name, scenario] of Object.entries(SCENARIOS)) test(name, () => compare(scenario).then(() => undefined));

test("withResolvers and try", () => {
  const log: unknown[] = [];
  inRealm(() => {
    const extended = GuestPromise as unknown as {
      withResolvers(): { promise: Promise<unknown>; resolve(v: unknown): void; reject(e: unknown): void };
      try(f: (...args: unknown[]) => unknown, ...args: unknown[]): Promise<unknown>;
    };
    const { promise, resolve } = extended.withResolvers();
    promise.then((v) => log.push(v));
    resolve(1);
    extended.try((a, b) => [a, b], 2, 3).then((v) => log.push(v));
    extended
      .try(() => {
        throw new RangeError("x");
      })
      .catch((e) => log.push(String(e)));
  });
  assert.deepEqual(log, [1, [2, 3], "RangeError: x"]);
});

test("shape: names, lengths, flags as the specification has them", () => {
  const shape = (P: Constructor) => {
    const describe = (holder: object, key: PropertyKey) => {
      const { value, get, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(holder, key) ?? {};
      const fn = typeof value === "function" ? value : get;
      const isConstructor = typeof value === "function" && Object.hasOwn(value, "prototype");
      return [String(key), fn?.name, fn?.length, writable, enumerable, configurable, isConstructor].join();
    };
    const keys = [
      "all",
      "allSettled",
      "any",
      "race",
      "resolve",
      "reject",
      "length",
      "name",
      "prototype",
      Symbol.species,
    ];
    return [
      ...keys.map((key) => describe(P, key)),
      ...["then", "catch", "finally", "constructor", Symbol.toStringTag].map((key) => describe(P.prototype, key)),
    ];
  };
  assert.deepEqual(shape(GuestPromise), shape(Promise));
});

test("functions that user code gets are registered closures without names", () => {
  inRealm(() => {
    let given: unknown[] = [];
    new GuestPromise((...functions) => {
      given = functions;
    });
    for (const fn of given) {
      assert.ok(typeof fn === "function");
      assert.equal(fn.name, "");
      assert.equal(fn.length, 1);
      assert.match(registered(fn)?.code.id ?? "", /^rt:(resolve|reject)$/);
    }
  });
});

test("a promise that loses race after race does not gather reactions", () => {
  inRealm(() => {
    const long = new GuestPromise<void>(() => undefined);
    for (let i = 0; i < 1000; i++) {
      GuestPromise.race([long, GuestPromise.resolve(i)]);
      drainJobs();
    }
    const { reactions } = GPromise.inspect(long as unknown as GPromise);
    assert.ok(reactions !== undefined && reactions.length < 20, String(reactions?.length));
  });
});

test("a handler of the user's is never forgotten, however many races are lost", () => {
  const log: string[] = [];
  inRealm(() => {
    let finish: () => void = () => undefined;
    const long = new GuestPromise<void>((resolve) => {
      finish = resolve;
    });
    long.then(() => log.push("first"));
    for (let i = 0; i < 100; i++) {
      GuestPromise.race([long, GuestPromise.resolve(i)]);
      drainJobs();
    }
    const open = GuestPromise.race([long, new GuestPromise(() => undefined)]);
    open.then(() => log.push("race"));
    for (let i = 0; i < 100; i++) {
      GuestPromise.race([long, GuestPromise.resolve(i)]);
      drainJobs();
    }
    finish();
  });
  assert.deepEqual(log, ["first", "race"]);
});

test("rejections that nobody handles are kept for the report, handled ones are marked", () => {
  inRealm(({ turn }) => {
    const p = GuestPromise.reject(new Error("x"));
    const q = GuestPromise.reject(new Error("y"));
    q.catch(() => undefined);
    const open = (turn.instance.state.unhandled as GPromise[]).filter((promise) => !GPromise.isHandled(promise));
    assert.deepEqual(open, [p]);
  });
});

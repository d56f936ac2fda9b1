/** Private names where few expect them: in computed keys, of accessors without a getter, tested with `in`. */
// @ts-nocheck TypeScript refuses what ECMAScript allows here.
import { duration, workflow } from "eventual";
import { show } from "./support/show";

class Settable {
  values: number[] = [];
  set #hidden(value: number) {
    this.values.push(value);
  }
  static set #shared(value: string) {
    Settable.log.push(value);
  }
  static readonly log: string[] = [];
  async store(value: number): Promise<boolean> {
    await duration(1);
    this.#hidden = value;
    await duration(1);
    Settable.#shared = `shared ${value}`;
    return #hidden in this;
  }
  static has(value: object): boolean {
    return #hidden in value;
  }
  static hasShared(value: object): boolean {
    return #shared in value;
  }
  static async reads(value: Settable): Promise<string> {
    try {
      await duration(1);
      return value.#hidden;
    } catch (error) {
      return (error as Error).name;
    }
  }
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const settable = new Settable();
  trace.push(show([await settable.store(3), Settable.has(settable), Settable.has({}), Settable.hasShared(Settable)]));
  await duration(1, "hour");
  trace.push(show([await settable.store(4), settable.values, Settable.log, await Settable.reads(settable)]));
  let reader: (o: object) => unknown = () => undefined;
  let later: (o: object) => Promise<unknown> = async () => undefined;
  class Keyed {
    #count = 1;
    readonly [(reader = (o) => #count in o && (o as Keyed).#count, "first")] = "a";
    readonly [(later = async (o) => {
      await duration(1);
      const keyed = o as Keyed;
      keyed.#count += 10;
      await duration(1);
      return keyed.#count;
    },
    "second")] = "b";
    async grow() {
      await duration(1);
      return ++this.#count;
    }
  }
  const keyed = new Keyed();
  await duration(1, "day");
  trace.push(show([reader(keyed), reader({}), await keyed.grow(), await later(keyed), reader(keyed)]));
  trace.push(await later({}).then(String, (error: Error) => error.name));
  trace.push(show([keyed.first, keyed.second]));
  class Setter {
    heard = 0;
    set #quiet(value: number) {
      this.heard += value;
    }
    static is(o: object) {
      return #quiet in o;
    }
    async tell(value: number) {
      await duration(1);
      this.#quiet = value;
      return this.heard;
    }
  }
  const setter = new Setter();
  await duration(1);
  trace.push(show([Setter.is(setter), Setter.is(keyed), await setter.tell(4), await setter.tell(5)]));
  return trace;
});

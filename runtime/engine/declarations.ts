/**
 * What the programs declare: subscriptions, schedules, how long closed executions are kept. It is in the database, so it
 * holds whether or not a program is being served.
 *
 * R1  A program that is deployed replaces what its earlier versions declared: programs with the same entry module and a
 *     workflow in common, or none at all. Of several programs that declare one name the last one deployed counts.
 */
import type { Declarations, ScheduleDeclaration, SubscriptionDeclaration } from "../protocol/declarations.js";
import type { Program } from "../protocol/program.js";
import type { DeclarationRow, Store } from "../store/store.js";
import { checkSchedule } from "./recurrence.js";

/** A declaration in force, with the program that has it. */
export type InForce<Declaration> = Declaration & { readonly program: string };

export class DeclarationRegistry {
  readonly #store: Pick<Store, "declarations" | "commit">;
  #rows: readonly DeclarationRow[] = [];
  readonly #subscriptions = new Map<string, InForce<SubscriptionDeclaration>>();
  readonly #schedules = new Map<string, InForce<ScheduleDeclaration>>();
  readonly #retentions = new Map<string, number>();

  constructor(store: Pick<Store, "declarations" | "commit">) {
    this.#store = store;
  }

  /** Reads what is in force. To be called once, before anything else. */
  async load(): Promise<void> {
    this.#rows = await this.#store.declarations();
    this.#index();
  }

  /** Durable when it resolves. */
  async declare({ hash, manifest }: Program, declarations: Declarations): Promise<void> {
    for (const schedule of declarations.schedules) checkSchedule(schedule);
    const declared = { entry: manifest.entry, workflows: manifest.workflows.map(({ name }) => name), declarations };
    const replaced = this.#rows.filter((row) => row.program !== hash && isEarlier(row, declared)).map((r) => r.program);
    const known = this.#rows.at(-1);
    const isNews = known?.program !== hash || JSON.stringify(known.declared) !== JSON.stringify(declared);
    const isEmpty = Object.values(declarations).every((list) => list.length === 0);
    const isKnown = this.#rows.some(({ program }) => program === hash);
    if ((!isNews || (isEmpty && !isKnown)) && replaced.length === 0) return;
    await this.#store.commit([{ kind: "declare", program: hash, replaces: replaced, declared }]);
    const others = this.#rows.filter(({ program }) => program !== hash && !replaced.includes(program));
    this.#rows = [...others, { program: hash, declared }];
    this.#index();
  }

  /** Names of the subscriptions to an event. */
  subscribersOf(event: string): readonly string[] {
    return [...this.#subscriptions.values()].filter(({ events }) => events.includes(event)).map(({ name }) => name);
  }

  subscription(name: string): InForce<SubscriptionDeclaration> | undefined {
    return this.#subscriptions.get(name);
  }

  schedules(): ReadonlyMap<string, InForce<ScheduleDeclaration>> {
    return this.#schedules;
  }

  /** How long closed executions of each workflow are kept, ms; the others are kept for ever. */
  retentions(): ReadonlyMap<string, number> {
    return this.#retentions;
  }

  #index(): void {
    this.#subscriptions.clear();
    this.#schedules.clear();
    this.#retentions.clear();
    for (const { program, declared } of this.#rows) {
      const { subscriptions, schedules, retentions } = declared.declarations;
      for (const each of subscriptions) this.#subscriptions.set(each.name, { ...each, program });
      for (const each of schedules) this.#schedules.set(each.name, { ...each, program });
      for (const { workflow, ms } of retentions) this.#retentions.set(workflow, ms);
    }
  }
}

function isEarlier({ declared }: DeclarationRow, { entry, workflows }: DeclarationRow["declared"]): boolean {
  const isSame = declared.entry === entry;
  return isSame && (workflows.length === 0 || declared.workflows.some((name) => workflows.includes(name)));
}

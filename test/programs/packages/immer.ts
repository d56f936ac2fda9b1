/** immer: frozen states, drafts under way, patches and curried producers across suspensions. */
import { applyPatches, createDraft, enableMapSet, enablePatches, finishDraft, immerable, original, type Patch, produce, produceWithPatches } from "immer";
import { duration, workflow } from "eventual";
import { show } from "../cases/support/show";

enableMapSet();
enablePatches();

class Cart {
  static readonly [immerable] = true;
  items: string[] = [];
  get size(): number {
    return this.items.length;
  }
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  let state = { cart: new Cart(), seen: new Map([["a", 1]]), tags: new Set(["x"]), deep: { list: [1, 2, 3] } };
  const before = state;
  const addItem = produce((draft: typeof state, item: string) => {
    draft.cart.items.push(item);
    draft.seen.set(item, draft.seen.size);
  });
  state = addItem(state, "pen");
  trace.push(show(state), String(state.deep === before.deep), String(Object.isFrozen(state)));
  await duration(1, "day");
  state = addItem(state, "ink");
  trace.push(show(state.cart), String(state.cart.size), String(state.cart instanceof Cart), show(before));
  const [next, patches, inverse] = produceWithPatches(state, (draft) => {
    draft.tags.delete("x");
    draft.deep.list.splice(1, 1);
  });
  const draft = createDraft(next);
  draft.deep.list.push(9);
  await duration(1, "day");
  draft.cart.items.push("late");
  trace.push(show(original(draft)?.deep), show(patches), show(applyPatches(next, inverse) as object));
  const recorded: Patch[] = [];
  const finished = finishDraft(draft, (changes) => recorded.push(...changes));
  trace.push(show(finished), show(recorded.map(({ op, path }) => `${op} ${path.join(".")}`)));
  try {
    (state.deep as { list: unknown }).list = [];
  } catch (error) {
    trace.push(String(error instanceof TypeError));
  }
  return trace;
});

/** The scripts that several tests use. */
import { DAY, ok, type Script } from "./fakes.js";

/** Asks for `input` tasks one after another, then closes with their number. */
export const steps: Script = ({ state, event, task, close, log }) => {
  if (event.kind === "start") state.left = Number(JSON.parse(event.input.slice(1)));
  if (event.kind === "task") {
    state.left = Number(state.left) - 1;
    state.done = Number(state.done ?? 0) + 1;
  }
  if (event.kind !== "start" && event.kind !== "task") return;
  log(`left ${state.left}`);
  if (Number(state.left) > 0) task("step", state.left);
  else close(ok(state.done ?? 0));
};

/** Sleeps a day, runs a task, for ever. */
export const reminder: Script = ({ state, event, now, timer, task }) => {
  if (event.kind === "start" || event.kind === "task") timer(now + DAY);
  if (event.kind === "timer") {
    state.sent = Number(state.sent ?? 0) + 1;
    task("remind", state.sent);
  }
};

/** Collects signals; `stop` closes with all of them. */
export const collector: Script = ({ state, event, close, log }) => {
  state.got ??= [];
  if (event.kind !== "signal" || !Array.isArray(state.got)) return;
  if (event.signal === "stop") return close(ok(state.got));
  log(`got ${event.payload}`);
  state.got.push(JSON.parse(event.payload.slice(1)));
};

/** Sends each signal it gets on to the execution named in its input, and notes what became of it. */
export const relay: Script = ({ state, event, signal, log }) => {
  if (event.kind === "start") state.target = JSON.parse(event.input.slice(1));
  if (event.kind === "signal") signal(String(state.target), event.signal, JSON.parse(event.payload.slice(1)));
  if (event.kind === "sent") log(`sent ${event.seq} ${event.outcome.ok ? "delivered" : event.outcome.error}`);
};

/**
 * A preload (`node --import`): the process kills itself with SIGKILL right before or right after its n-th write to the
 * database. KILL_AT is `before:n` or `after:n`, n from 1; writes are the `run` and `exec` calls of the sqlite3 package,
 * from the first one on, so that opening, migrating, committing and closing are all covered.
 */
import { isMainThread } from "node:worker_threads";
import sqlite3 from "sqlite3";

const [when, number] = (process.env.KILL_AT ?? ":0").split(":");
const target = Number(number);
let writes = 0;

function die() {
  process.kill(process.pid, "SIGKILL");
}

function watch(prototype, method) {
  const original = prototype[method];
  prototype[method] = function (...args) {
    writes += 1;
    if (writes !== target) return original.apply(this, args);
    if (when === "before") return die();
    const callback = args.pop();
    return original.call(this, ...args, (...results) => {
      die();
      callback?.apply(this, results);
    });
  };
}

if (isMainThread && target > 0) {
  watch(sqlite3.Statement.prototype, "run");
  watch(sqlite3.Database.prototype, "exec");
}

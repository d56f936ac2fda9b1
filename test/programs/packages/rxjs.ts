/** rxjs: subjects, operators with state and subscriptions that are open while the execution is stored. */
import { duration, workflow } from "eventual";
import {
  BehaviorSubject,
  bufferCount,
  combineLatest,
  concatMap,
  defer,
  filter,
  firstValueFrom,
  from,
  groupBy,
  lastValueFrom,
  map,
  mergeMap,
  of,
  ReplaySubject,
  reduce,
  scan,
  share,
  Subject,
  take,
  throwError,
  toArray,
} from "rxjs";
import { catchError, distinctUntilChanged, finalize, retry, switchMap } from "rxjs/operators";
import { show } from "../cases/support/show";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const orders = new Subject<{ id: string; amount: number }>();
  const total = new BehaviorSubject(0);
  const history = new ReplaySubject<string>(2);
  const shared = orders.pipe(share());
  const subscription = shared
    .pipe(
      filter(({ amount }) => amount > 0),
      scan((sum, { amount }) => sum + amount, 0),
      distinctUntilChanged(),
      finalize(() => trace.push("finalized")),
    )
    .subscribe(total);
  shared.pipe(map(({ id }) => id.toUpperCase())).subscribe(history);
  const batches = lastValueFrom(shared.pipe(map(({ id }) => id), bufferCount(2), toArray()));
  combineLatest([total, history]).subscribe({
    next: (pair) => trace.push(show(pair)),
    complete: () => trace.push("complete"),
  });
  orders.next({ id: "a", amount: 5 });
  await duration(1, "day");
  orders.next({ id: "b", amount: -1 });
  orders.next({ id: "c", amount: 7 });
  const slow = from([1, 2, 3]).pipe(
    concatMap(async (n) => {
      await duration(1, "hour");
      return n * 2;
    }),
    reduce((sum, n) => sum + n),
  );
  trace.push(show(await lastValueFrom(slow)), show(total.value));
  const grouped = from([1, 2, 3, 4]).pipe(
    groupBy((n) => n % 2),
    mergeMap((group) => group.pipe(toArray(), map((list) => [group.key, list] as const))),
    toArray(),
  );
  trace.push(show(await firstValueFrom(grouped)));
  let attempts = 0;
  const flaky = defer(() => (++attempts < 3 ? throwError(() => new Error(`attempt ${attempts}`)) : of(attempts)));
  trace.push(show(await firstValueFrom(flaky.pipe(retry(5)))));
  trace.push(show(await firstValueFrom(throwError(() => new Error("bad")).pipe(catchError((error: Error) => of(error.message))))));
  await duration(1, "day");
  trace.push(show(await firstValueFrom(history.pipe(take(2), toArray()))));
  trace.push(show(await firstValueFrom(total.pipe(switchMap((n) => of(n, n + 1)), take(2), toArray()))));
  orders.complete();
  subscription.unsubscribe();
  trace.push(show(await batches));
  return trace;
});

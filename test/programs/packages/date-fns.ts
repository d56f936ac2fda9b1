/** date-fns: arithmetic, formats, intervals and curried functions over dates held across suspensions. */
import {
  addBusinessDays,
  addMonths,
  type Duration,
  differenceInCalendarDays,
  eachDayOfInterval,
  endOfMonth,
  format,
  formatDistance,
  formatDuration,
  intervalToDuration,
  isWithinInterval,
  parse,
  parseISO,
} from "date-fns";
import { addDays, format as formatBy } from "date-fns/fp";
import { duration, workflow } from "eventual";
import { show } from "../cases/support/show";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const start = parseISO("2026-01-30T10:15:00Z");
  const interval = { start, end: addMonths(start, 1) };
  const inAWeek = addDays(7);
  const written = formatBy("yyyy-'W'II");
  trace.push(format(start, "EEEE, do MMMM yyyy HH:mm:ss.SSS xxx"), show(interval.end));
  await duration(1, "day");
  const now = new Date();
  trace.push(written(inAWeek(start)), String(differenceInCalendarDays(now, start)));
  trace.push(String(isWithinInterval(now, interval)), show(eachDayOfInterval({ start, end: inAWeek(start) }).length));
  const span: Duration = intervalToDuration({ start, end: endOfMonth(interval.end) });
  await duration(1, "day");
  trace.push(formatDuration(span), formatDistance(start, interval.end, { addSuffix: true }));
  trace.push(show(addBusinessDays(start, 10)), show(parse("05.03.2026 07:30", "dd.MM.yyyy HH:mm", start)));
  return trace;
});

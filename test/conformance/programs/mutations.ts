/** Whoever changes what was handed over changes only his own copy. */
import { duration, signal, task, workflow } from "eventual";

interface Box {
  items: number[];
  note?: string;
}
const boxes = signal<Box>("boxes");
const spoil = task("spoil", async (box: Box) => {
  box.items.push(99);
  box.note = "spoilt";
  return box;
});
const look = task("look", async (box: Box) => box.items.length);
const child = workflow("child", async (box: Box) => {
  box.items.length = 0;
  const sent = await boxes.expectSignal();
  sent.items.push(7);
  return { box, sent };
});

export const main = workflow("main", async () => {
  const box: Box = { items: [1, 2] };
  const spoilt = spoil(box);
  const looked = look(box);
  box.items.push(3);
  const result = await spoilt;
  result.items.push(100);
  const again = await spoilt;
  const kid = child(box, { id: "kid" });
  const payload: Box = { items: [5] };
  const sending = kid.sendSignal(boxes, payload);
  payload.items.push(6);
  await sending;
  const heard: number[] = [];
  const own = boxes.onSignal((mine) => {
    mine.items.push(0);
    heard.push(mine.items.length);
  });
  boxes.onSignal((mine) => heard.push(mine.items.length));
  await duration(10);
  own.dispose();
  return { box, looked: await looked, same: again === result, result, kid: await kid, payload, heard };
});

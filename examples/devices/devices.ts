import { CancelledError, condition, duration, query, signal, task, uncancellable, workflow } from "eventual";
import { gateway, WrongModel } from "./gateway";

interface Rollout {
  readonly firmware: string;
  readonly devices: readonly string[];
}

interface Installation {
  readonly device: string;
  readonly firmware: string;
}

/** The gateway's connection to the outside world has come or gone. */
export const uplink = signal<{ readonly online: boolean }>("uplink");

const states = new Map<string, string>();
export const progress = query("progress", () => Object.fromEntries(states));

/** A whole fleet: one child for each device. What goes wrong with one does not stop the others. */
export const rollout = workflow("rollout", async ({ firmware, devices }: Rollout, ctx) => {
  const children = devices.map((device) =>
    provision(
      { device, firmware },
      { id: `${ctx.execution.name}/${device}`, timeout: duration(2, "days"), onParentClose: "cancel" },
    ),
  );
  let online = true;
  uplink.onSignal((change) => {
    online = change.online;
  });
  await Promise.all(
    children.map(async (child, index) => {
      const state = await child.catch((error: Error) => `${error.name}: ${error.message}`);
      states.set(devices[index] ?? "", state);
    }),
  );
  await condition(() => online);
  await report([...states].map(([device, state]) => `${device}: ${state}`));
  return Object.fromEntries(states);
});

export const provision = workflow("provision", async ({ device, firmware }: Installation) => {
  const model = await identify(device);
  if (model !== firmware.split("-")[0]) throw new WrongModel(device, model);
  try {
    await flash({ device, firmware });
    await duration(10, "minutes"); // It restarts.
    return (await verify({ device, firmware })) ? `runs ${firmware}` : "runs its old firmware";
  } catch (error) {
    if (error instanceof CancelledError) await uncancellable(async () => await rollBack(device));
    throw error;
  }
});

/** Devices sleep, and radio is what it is: patience, with pauses that grow from a minute to an hour. */
const patient = {
  retry: { initialInterval: duration(1, "minute"), maximumInterval: duration(1, "hour"), jitter: false },
} as const;

const identify = task("identify", patient, async (device: string, { invocation }) =>
  gateway.identify(device, invocation.retry),
);

const flash = task(
  "flash",
  { ...patient, concurrency: 2, heartbeatTimeout: duration(5, "minutes") },
  async ({ device, firmware }: Installation, ctx) => {
    const begin = typeof ctx.lastHeartbeat === "number" ? ctx.lastHeartbeat : 0;
    for (let block = begin; block < 4; block++) {
      await gateway.write(device, firmware, block, ctx.invocation.retry);
      await ctx.heartbeat(block + 1);
    }
  },
);

const verify = task("verify", patient, async ({ device, firmware }: Installation) => gateway.runs(device, firmware));

const rollBack = task("rollBack", patient, async (device: string) => gateway.rollBack(device));

const report = task("report", async (lines: readonly string[]) => console.log(lines.join("\n")));

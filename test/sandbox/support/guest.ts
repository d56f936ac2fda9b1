/**
 * A small guest for tests of the sandbox: keeps the contract of protocol/guest.ts with a few lines in place of the
 * real kernel. A test program's factory calls `helpers.on(handler)`; `handler(event, host)` gives commands by
 * `host.command(…)` and keeps what must survive in `host.state` (plain JSON).
 */

/** Runs inside QuickJS. */
function fakeGuest(): void {
  interface Host {
    state: Record<string, unknown>;
    now: number;
    command(command: object): void;
    log(level: string, text: string): void;
  }
  interface Instance {
    handler: (event: { kind: string }, host: Host) => void;
    state: Record<string, unknown>;
    closed: boolean;
  }
  const instances = new Map<string, Instance>();
  let factory: (helpers: object) => void = () => undefined;

  const fresh = (state: Record<string, unknown>): Instance => {
    const instance: Instance = { handler: () => undefined, state, closed: false };
    try {
      factory({
        on: (handler: Instance["handler"]) => {
          instance.handler = handler;
        },
      });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const { name, message, stack } = error;
      const failed = new Error(`the program's modules could not be evaluated: ${name}: ${message}`);
      throw Object.defineProperty(failed, "stack", { value: stack });
    }
    return instance;
  };

  const apply = (instance: Instance, batch: { now: number; events: { kind: string }[] }): object => {
    const commands: object[] = [];
    const logs: object[] = [];
    const host: Host = {
      state: instance.state,
      now: batch.now,
      command: (command) => {
        commands.push(command);
        if ("kind" in command && command.kind === "close") instance.closed = true;
      },
      log: (level, text) => logs.push({ level, text }),
    };
    for (const event of batch.events) {
      try {
        instance.handler(event, host);
      } catch (error) {
        if (error instanceof Error && /^(stack overflow|out of memory)$/.test(error.message)) throw error;
        const text = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
        host.command({ kind: "close", outcome: { ok: false, error: `j${JSON.stringify(text)}` } });
      }
    }
    return { commands, logs, closed: instance.closed };
  };

  const turn = (text: string, checkpoint?: string): string => {
    const request = JSON.parse(text);
    if (request.bring === "fresh") instances.set(request.execution, fresh({}));
    if (request.bring === "restore") instances.set(request.execution, fresh(JSON.parse(checkpoint ?? "")));
    const instance = instances.get(request.execution);
    if (instance === undefined) throw new Error(`no instance of ${request.execution}`);
    try {
      const results = request.batches.map((batch: { now: number; events: { kind: string }[] }) =>
        apply(instance, batch),
      );
      const reply: Record<string, unknown> = { results };
      if (request.write && instance.state.socket === true) {
        reply.unserializable = { path: "state → .socket", what: "a socket" };
        return JSON.stringify(reply);
      }
      if (request.write && instance.state.slowToWrite === true) for (;;);
      return JSON.stringify(reply) + (request.write ? `\n${JSON.stringify(instance.state)}` : "");
    } catch (error) {
      const message = error instanceof Error ? error.message : "";
      if (message !== "stack overflow" && message !== "out of memory") throw error;
      const kind = message === "stack overflow" ? "stack" : "memory";
      return JSON.stringify({ results: [], fault: { kind, message } });
    }
  };

  Object.assign(globalThis, {
    $eventual: {
      install: (installed: typeof factory) => {
        factory = installed;
      },
      turn,
      drop: (execution: string) => {
        instances.delete(execution);
        return "";
      },
    },
  });
}

export const FAKE_GUEST = `(${fakeGuest.toString()})();`;

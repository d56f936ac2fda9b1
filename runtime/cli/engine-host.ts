/**
 * An engine of this process for `run` and `serve`: programs deployed, socket open, closed in the right order.
 *
 * H1  The programs are read and checked before the database is touched.
 * H2  The socket opens once the database's lock is ours, and closes before the engine does.
 * H3  A command that works on the file for a moment does not keep an engine from starting; another engine does.
 */
import { dirname, resolve } from "node:path";
import { inProcessClient } from "../client/in-process.js";
import { openPatiently } from "../client/patience.js";
import { socketPath } from "../client/place.js";
import { answers } from "../client/socket.js";
import type { Clock } from "../engine/clock.js";
import type { CheckpointMode, Engine, Problem } from "../engine/engine.js";
import { openRuntime } from "../engine/open.js";
import { eventualVersion } from "../platform/version.js";
import type { SuspendReason } from "../protocol/execution.js";
import type { Program } from "../protocol/program.js";
import type { HttpOptions, HttpServer } from "../server/http/listen.js";
import { listen, type SocketServer } from "../server/server.js";
import { type Examination, examine } from "../store/sqlite/examine.js";
import { configuredCodec } from "./codec.js";

export interface EngineHost {
  readonly engine: Engine;
  /** Path of the socket. */
  readonly socket: string;
  /** Address of the HTTP API. */
  readonly url?: string;
  /** Stops taking requests, writes checkpoints, closes the database. */
  close(): Promise<void>;
}

export interface EngineHostOptions {
  readonly database: string;
  readonly programs: readonly { readonly file: string; readonly program: Program }[];
  readonly checkpoint?: CheckpointMode;
  readonly cache?: number;
  readonly verifyEvery?: number;
  readonly taskThreads?: number;
  readonly taskConcurrency?: number;
  readonly clock?: Clock;
  readonly report: (problem: Problem) => void;
  /** Told of every execution that the engine had to suspend. */
  readonly suspended?: (executionId: string, reason: SuspendReason) => void;
  /** Also serve the HTTP API. */
  readonly http?: HttpOptions;
}

/** Opens everything, or nothing: what fails half-way is closed again. Throws what engine, store and socket throw. */
export async function openEngineHost(options: EngineHostOptions): Promise<EngineHost> {
  const { database, programs, http, ...engineOptions } = options;
  const { report } = options;
  const codec = configuredCodec();
  const socket = socketPath(database);
  const engine = await openPatiently(
    () => openRuntime({ database, codec, ...engineOptions }),
    () => answers(socket),
  );
  let server: SocketServer | undefined;
  let api: HttpServer | undefined;
  let file: Examination | undefined;
  try {
    for (const { file, program } of programs) await engine.deploy(program, dirname(resolve(file)));
    server = await listen(inProcessClient(engine), socket);
    const { path, close } = server;
    if (http !== undefined) {
      const defect = (cause: unknown): void => report({ message: "A request could not be answered", cause });
      // Loaded only where it is used: it takes as long as the rest of the engine.
      const { listenHttp } = await import("../server/http/listen.js");
      file = await examine(database, codec);
      api = await listenHttp(http, { engine, database: file, version: eventualVersion(), report: defect });
    }
    return {
      engine,
      socket: path,
      ...(api === undefined ? {} : { url: api.url }),
      async close() {
        await api?.close();
        await file?.close();
        await close();
        await engine.close();
      },
    };
  } catch (error) {
    await api?.close();
    await file?.close();
    await server?.close();
    await engine.close();
    throw error;
  }
}

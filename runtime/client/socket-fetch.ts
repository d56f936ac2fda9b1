/** `fetch` through a unix socket, for servers of this machine that have no port. */
import { request } from "node:http";
import { Readable } from "node:stream";

/** Sends everything to the socket at `path`, whatever host a URL names. Bodies are texts. */
export function socketFetch(path: string): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return await new Promise<Response>((resolve, reject) => {
      const sent = request({
        socketPath: path,
        path: `${url.pathname}${url.search}`,
        method: init.method ?? "GET",
        headers: { host: url.host, ...Object.fromEntries(new Headers(init.headers)) },
        agent: false,
        ...(init.signal == null ? {} : { signal: init.signal }),
      });
      sent.once("error", reject);
      sent.once("response", (response) => {
        const body = Readable.toWeb(response) as unknown as ReadableStream<Uint8Array>;
        const headers = Object.entries(response.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        resolve(new Response(body, { status: response.statusCode ?? 500, headers }));
      });
      sent.end(typeof init.body === "string" ? init.body : undefined);
    });
  };
}

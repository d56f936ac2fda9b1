/**
 * A site on this machine, for as long as the command runs that is given as arguments: `node site.mjs eventual run …`.
 * The command finds its address in the environment variable SITE.
 *
 * Ten chapters of nine pages. Each chapter links to a page that does not exist, and is overloaded at the first request.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";

const asked = new Map();

function linksOf(path) {
  if (path === "/") return Array.from({ length: 10 }, (_, chapter) => `/${chapter}`);
  if (/^\/\d$/.test(path)) return ["/", `${path}/lost`, ...Array.from({ length: 9 }, (_, page) => `${path}/${page}`)];
  return /^\/\d\/\d$/.test(path) ? ["/", path.slice(0, 2)] : undefined;
}

const server = createServer(({ url = "/" }, response) => {
  const times = (asked.get(url) ?? 0) + 1;
  asked.set(url, times);
  const links = linksOf(url);
  if (/^\/\d$/.test(url) && times === 1) response.writeHead(503);
  else if (links === undefined) response.writeHead(404);
  else response.write(links.map((link) => `<a href="${link}">${link}</a>`).join("\n"));
  response.end();
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const [command, ...args] = process.argv.slice(2);
  const env = { ...process.env, SITE: `http://127.0.0.1:${port}` };
  spawn(command, args, { env, stdio: "inherit" }).on("close", (code) => {
    const requests = [...asked.values()].reduce((sum, times) => sum + times, 0);
    console.log(`the site was asked ${requests} times for ${asked.size} pages`);
    server.closeAllConnections();
    server.close();
    process.exitCode = code ?? 1;
  });
});

/** URL and URLSearchParams: parts, setters, relative addresses, hosts of all kinds; held across suspensions. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

const ADDRESSES: readonly (readonly [string, string?])[] = [
  ["https://user:p%40ss@Example.COM:8080/a/./b/../c?x=1&y=%20#frag"],
  ["http://example.com:80/"],
  ["//other.org/x", "https://example.com/a/b"],
  ["../up?q", "https://example.com/a/b/c?old#old"],
  ["?only", "https://example.com/a"],
  ["#only", "https://example.com/a?b"],
  ["", "https://example.com/a?b#c"],
  ["mailto:a@b.c?subject=hi"],
  ["data:text/plain,hello world"],
  ["file:///C:/x/../y"],
  ["file://host/share"],
  ["http://[::1]:3000/"],
  ["http://[2001:db8:0:0:1:0:0:1]/"],
  ["http://192.168.257/"],
  ["http://0x7f.1/"],
  ["http://bücher.example/straße?ü=ä#ö"],
  ["http://xn--bcher-kva.example/"],
  ["http://EXAMPLE.com./%7Efoo/%zz"],
  ["  https://example.com/ spaced \t\n"],
  ["https://example.com\\path\\to"],
  ["custom:opaque/path?x#y"],
  ["custom://host/p"],
  ["javascript:alert(1)"],
  ["blob:https://example.com/id"],
  ["https://example.com/\ud83d\ude00?\ud800"],
  ["wss://example.com:443/socket"],
  ["https://exa mple.com/"],
  ["https://example.com:99999/"],
  ["http://"],
  ["not an address"],
  ["/relative"],
  ["http://a.b/%00"],
  ["http://1.2.3.4.5/"],
  ["http://[::1"],
];

function parts(url: URL): string {
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
  return [href, origin, protocol, username, password, host, hostname, port, pathname, search, hash].join(" | ");
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  for (const [input, base] of ADDRESSES) {
    try {
      trace.push(parts(new URL(input, base)), show(URL.canParse(input, base)));
    } catch (error) {
      trace.push(`${(error as Error).name} ${(error as { code?: string }).code} ${URL.canParse(input, base)}`);
    }
  }
  const url = new URL("https://example.com/a?x=1&y=2&x=3");
  const params = url.searchParams;
  const entries = params.entries();
  trace.push(show(entries.next()));
  await duration(1, "day");
  params.append("z", "a b&c");
  params.delete("y");
  trace.push(url.href, show([...entries]), show(params.getAll("x")), show(params.get("none")), show(params.size));
  params.set("x", "one");
  params.sort();
  url.search = "?new=1&%F0%9F%98%80=smile";
  await duration(1, "day");
  trace.push(url.href, show([...params]), show(params === url.searchParams), show(params.has("new", "1")));
  url.protocol = "http";
  url.host = "host.org:81";
  url.port = "8a";
  url.pathname = "p q/ü";
  url.hash = "h h";
  url.username = "me@";
  url.password = "";
  trace.push(parts(url), JSON.stringify({ url }), `${url}`);
  url.hostname = "";
  url.protocol = "custom";
  url.port = "";
  trace.push(parts(url));
  try {
    url.href = "nowhere";
  } catch (error) {
    trace.push((error as Error).name, url.href);
  }
  const made = [
    new URLSearchParams({ a: "1", b: "2 3" }),
    new URLSearchParams([
      ["a", "1"],
      ["a", "ü"],
    ]),
    new URLSearchParams("?a=%zz&b&=c&&d=e+f"),
    new URLSearchParams(new Map([["m", "n"]])),
    new URLSearchParams(),
  ];
  await duration(1, "day");
  trace.push(show(made.map(String)), show(made.map((each) => [...each.keys()].join() + [...each.values()].join())));
  made[1]?.forEach((value, name) => trace.push(`${name}=${value}`));
  trace.push(Object.prototype.toString.call(url), Object.prototype.toString.call(params), show(new URL(url) instanceof URL));
  return trace;
});

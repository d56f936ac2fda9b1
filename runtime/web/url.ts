/** URL and URLSearchParams (URL Standard §5 and §6) over the parser of whatwg-url. */
import * as machine from "whatwg-url/lib/url-state-machine.js";
import * as urlencoded from "whatwg-url/lib/urlencoded.js";
import { publish } from "./tag.js";

type Pair = [name: string, value: string];

/** A string of whole code points, as the standard wants it. */
function wellFormed(value: unknown): string {
  return `${value as string}`.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "\ufffd",
  );
}

/** What URL and its search parameters do to each other. */
interface Linked {
  bind(params: URLSearchParams, update: URL): void;
  replace(params: URLSearchParams, query: string): void;
}
let linked: Linked;
let setQuery: (url: URL, query: string) => void;

export class URLSearchParams {
  #list: Pair[] = [];
  #url: URL | undefined = undefined;

  constructor(init: unknown = "") {
    if ((typeof init === "object" && init !== null) || typeof init === "function") this.#list = pairsOf(init);
    else this.#list = urlencoded.parseUrlencodedString(wellFormed(init).replace(/^\?/, ""));
  }

  get size(): number {
    return this.#list.length;
  }

  append(name: unknown, value: unknown): void {
    this.#list.push([wellFormed(name), wellFormed(value)]);
    this.#update();
  }

  delete(name: unknown, value?: unknown): void {
    const [wanted, exact] = [wellFormed(name), value === undefined ? undefined : wellFormed(value)];
    this.#list = this.#list.filter(([key, each]) => key !== wanted || (exact !== undefined && each !== exact));
    this.#update();
  }

  get(name: unknown): string | null {
    const wanted = wellFormed(name);
    return this.#list.find(([key]) => key === wanted)?.[1] ?? null;
  }

  getAll(name: unknown): string[] {
    const wanted = wellFormed(name);
    return this.#list.filter(([key]) => key === wanted).map(([, value]) => value);
  }

  has(name: unknown, value?: unknown): boolean {
    const [wanted, exact] = [wellFormed(name), value === undefined ? undefined : wellFormed(value)];
    return this.#list.some(([key, each]) => key === wanted && (exact === undefined || each === exact));
  }

  set(name: unknown, value: unknown): void {
    const [wanted, text] = [wellFormed(name), wellFormed(value)];
    const first = this.#list.findIndex(([key]) => key === wanted);
    if (first < 0) this.#list.push([wanted, text]);
    else {
      this.#list[first] = [wanted, text];
      this.#list = this.#list.filter(([key], index) => index <= first || key !== wanted);
    }
    this.#update();
  }

  sort(): void {
    this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#update();
  }

  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    if (typeof callback !== "function") throw new TypeError("forEach: the callback is not a function");
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  *entries(): Generator<Pair> {
    for (let i = 0; i < this.#list.length; i++) yield [...(this.#list[i] as Pair)];
  }

  *keys(): Generator<string> {
    for (let i = 0; i < this.#list.length; i++) yield (this.#list[i] as Pair)[0];
  }

  *values(): Generator<string> {
    for (let i = 0; i < this.#list.length; i++) yield (this.#list[i] as Pair)[1];
  }

  [Symbol.iterator](): Generator<Pair> {
    return this.entries();
  }

  toString(): string {
    return urlencoded.serializeUrlencoded(this.#list);
  }

  #update(): void {
    if (this.#url !== undefined) setQuery(this.#url, this.toString());
  }

  static {
    linked = {
      bind(params, url) {
        params.#url = url;
      },
      replace(params, query) {
        params.#list = urlencoded.parseUrlencodedString(query);
      },
    };
  }
}

function pairsOf(init: object): Pair[] {
  const method: unknown = Reflect.get(init, Symbol.iterator);
  if (method === undefined || method === null) {
    return Reflect.ownKeys(init)
      .filter((key) => Reflect.getOwnPropertyDescriptor(init, key)?.enumerable === true)
      .map((key) => [wellFormed(key), wellFormed(Reflect.get(init, key))]);
  }
  return Array.from(init as Iterable<Iterable<unknown>>, (pair) => {
    const [name, value, ...more] = [...pair];
    if (more.length > 0 || [...pair].length !== 2) throw new TypeError("URLSearchParams: an entry is not a pair");
    return [wellFormed(name), wellFormed(value)];
  });
}

function parse(input: string, base: unknown): machine.UrlRecord | null {
  if (base === undefined) return machine.basicURLParse(input);
  const baseURL = machine.basicURLParse(wellFormed(base));
  return baseURL === null ? null : machine.basicURLParse(input, { baseURL });
}

export class URL {
  #record: machine.UrlRecord;
  readonly #params: URLSearchParams;

  constructor(...args: readonly [input?: unknown, base?: unknown]) {
    if (args.length === 0) throw new TypeError("URL: an address is required");
    const record = parse(wellFormed(args[0]), args[1]);
    if (record === null)
      throw Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL", input: String(args[0]) });
    this.#record = record;
    this.#params = new URLSearchParams();
    linked.replace(this.#params, record.query ?? "");
    linked.bind(this.#params, this);
  }

  static canParse(input: unknown, base?: unknown): boolean {
    return parse(wellFormed(input), base) !== null;
  }

  static parse(input: unknown, base?: unknown): URL | null {
    return URL.canParse(input, base) ? new URL(input, base) : null;
  }

  get href(): string {
    return machine.serializeURL(this.#record);
  }
  set href(value: unknown) {
    const record = parse(wellFormed(value), undefined);
    if (record === null)
      throw Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL", input: String(value) });
    this.#record = record;
    linked.replace(this.#params, record.query ?? "");
  }

  get origin(): string {
    return machine.serializeURLOrigin(this.#record);
  }

  get protocol(): string {
    return `${this.#record.scheme}:`;
  }
  set protocol(value: unknown) {
    this.#parseInto(`${wellFormed(value)}:`, "scheme start");
  }

  get username(): string {
    return this.#record.username;
  }
  set username(value: unknown) {
    if (!machine.cannotHaveAUsernamePasswordPort(this.#record)) machine.setTheUsername(this.#record, wellFormed(value));
  }

  get password(): string {
    return this.#record.password;
  }
  set password(value: unknown) {
    if (!machine.cannotHaveAUsernamePasswordPort(this.#record)) machine.setThePassword(this.#record, wellFormed(value));
  }

  get host(): string {
    const { host, port } = this.#record;
    if (host === null) return "";
    return port === null ? machine.serializeHost(host) : `${machine.serializeHost(host)}:${port}`;
  }
  set host(value: unknown) {
    if (!machine.hasAnOpaquePath(this.#record)) this.#parseInto(wellFormed(value), "host");
  }

  get hostname(): string {
    const { host } = this.#record;
    return host === null ? "" : machine.serializeHost(host);
  }
  set hostname(value: unknown) {
    if (!machine.hasAnOpaquePath(this.#record)) this.#parseInto(wellFormed(value), "hostname");
  }

  get port(): string {
    const { port } = this.#record;
    return port === null ? "" : String(port);
  }
  set port(value: unknown) {
    if (machine.cannotHaveAUsernamePasswordPort(this.#record)) return;
    const text = wellFormed(value);
    if (text === "") this.#record.port = null;
    else this.#parseInto(text, "port");
  }

  get pathname(): string {
    return machine.serializePath(this.#record);
  }
  set pathname(value: unknown) {
    if (machine.hasAnOpaquePath(this.#record)) return;
    this.#record.path = [];
    this.#parseInto(wellFormed(value), "path start");
  }

  get search(): string {
    const { query } = this.#record;
    return query === null || query === "" ? "" : `?${query}`;
  }
  set search(value: unknown) {
    const text = wellFormed(value);
    this.#record.query = null;
    if (text !== "") {
      this.#record.query = "";
      this.#parseInto(text.replace(/^\?/, ""), "query");
    }
    linked.replace(this.#params, text.replace(/^\?/, ""));
  }

  get searchParams(): URLSearchParams {
    return this.#params;
  }

  get hash(): string {
    const { fragment } = this.#record;
    return fragment === null || fragment === "" ? "" : `#${fragment}`;
  }
  set hash(value: unknown) {
    const text = wellFormed(value);
    this.#record.fragment = null;
    if (text === "") return;
    this.#record.fragment = "";
    this.#parseInto(text.replace(/^#/, ""), "fragment");
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  #parseInto(text: string, stateOverride: string): void {
    machine.basicURLParse(text, { url: this.#record, stateOverride });
  }

  static {
    setQuery = (url, query) => {
      url.#record.query = query === "" ? null : query;
    };
  }
}

publish(URLSearchParams);
publish(URL);

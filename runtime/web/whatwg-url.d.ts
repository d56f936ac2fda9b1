/** What is used of packages that bring no types. */
declare module "whatwg-url/lib/url-state-machine.js" {
  export interface UrlRecord {
    scheme: string;
    username: string;
    password: string;
    host: unknown;
    port: number | null;
    path: string | string[];
    query: string | null;
    fragment: string | null;
  }
  export function basicURLParse(
    input: string,
    options?: { readonly baseURL?: UrlRecord | null; readonly url?: UrlRecord; readonly stateOverride?: string },
  ): UrlRecord | null;
  export function serializeURL(url: UrlRecord, excludeFragment?: boolean): string;
  export function serializeURLOrigin(url: UrlRecord): string;
  export function serializeHost(host: unknown): string;
  export function serializePath(url: UrlRecord): string;
  export function cannotHaveAUsernamePasswordPort(url: UrlRecord): boolean;
  export function hasAnOpaquePath(url: UrlRecord): boolean;
  export function setTheUsername(url: UrlRecord, username: string): void;
  export function setThePassword(url: UrlRecord, password: string): void;
}
declare module "whatwg-url/lib/urlencoded.js" {
  export function parseUrlencodedString(input: string): [string, string][];
  export function serializeUrlencoded(list: readonly (readonly [string, string])[]): string;
}
declare module "punycode/punycode.es6.js" {
  export function toASCII(domain: string): string;
}

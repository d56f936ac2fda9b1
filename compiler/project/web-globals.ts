/**
 * The classes of the web platform that workflow code has: global name → the module of runtime/web that exports it,
 * which is linked into programs that mention the name.
 */
export const WEB_GLOBALS: Readonly<Record<string, string>> = {
  AbortController: "abort",
  AbortSignal: "abort",
  CustomEvent: "events",
  DOMException: "dom-exception",
  Event: "events",
  EventTarget: "events",
  TextDecoder: "encoding",
  TextEncoder: "encoding",
  URL: "url",
  URLSearchParams: "url",
};

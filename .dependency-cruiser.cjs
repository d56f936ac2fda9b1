// The floors of ARCHITECTURE.md §3: who may import whom.
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: "^(compiler|runtime)/", pathNot: allowed },
});
const own = (folder, ...more) => `^(${[`runtime/${folder}/`, "runtime/protocol/", ...more].join("|")})`;
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    only("compiler", "^compiler/", "^(compiler/|runtime/protocol/)"),
    only("protocol", "^runtime/protocol/", "^runtime/protocol/"),
    only("api", "^runtime/api/", own("api")),
    only("guest", "^runtime/guest/", own("guest", "runtime/api/")),
    only("web", "^runtime/web/", "^runtime/web/"),
    only("platform", "^runtime/platform/", own("platform")),
    only("sandbox", "^runtime/sandbox/", own("sandbox", "runtime/platform/")),
    only("store", "^runtime/store/", own("store")),
    only("tasks", "^runtime/tasks/", own("tasks", "runtime/api/", "runtime/platform/")),
    only("tracing", "^runtime/tracing/", own("tracing", "runtime/sandbox/", "runtime/store/", "runtime/tasks/")),
    only(
      "engine",
      "^runtime/engine/",
      own("engine", "runtime/sandbox/", "runtime/store/", "runtime/tasks/", "runtime/tracing/"),
    ),
    only("library", "^runtime/library/", own("library", "runtime/client/", "runtime/engine/", "runtime/store/")),
    only("client", "^runtime/client/", own("client", "runtime/engine/", "runtime/store/")),
    only(
      "server",
      "^runtime/server/",
      own("server", "runtime/engine/", "runtime/client/", "runtime/inspect/", "runtime/platform/", "runtime/store/"),
    ),
    only("dashboard", "^runtime/dashboard/", own("dashboard", "runtime/client/(http|observation|resources|schedules)")),
    only("inspect", "^runtime/inspect/", own("inspect", "runtime/store/", "runtime/guest/(heap|numbers)")),
    only("package", "^runtime/package/", own("package", "runtime/platform/")),
    only(
      "testing",
      "^runtime/testing/(?!compile)",
      own("testing", ...["api", "client", "engine", "sandbox", "store", "tasks"].map((folder) => `runtime/${folder}/`)),
    ),
    {
      name: "one-door-from-tests-to-the-compiler",
      severity: "error",
      from: { path: "^runtime/(?!cli|testing/compile)" },
      to: { path: "^compiler/" },
    },
    {
      name: "one-door-to-the-toolchain",
      severity: "error",
      from: { path: "^runtime/cli/", pathNot: "^runtime/cli/toolchain" },
      to: { path: "^(compiler|runtime/package)/" },
    },
    {
      name: "guest-is-closed",
      severity: "error",
      from: { path: "^runtime/(guest|protocol|web)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "dashboard-is-for-browsers",
      severity: "error",
      from: { path: "^runtime/dashboard/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "one-typescript",
      severity: "error",
      from: { path: "^(compiler|runtime)/", pathNot: "^compiler/project/" },
      to: { path: "node_modules/typescript/" },
    },
    {
      name: "one-sqlite3",
      severity: "error",
      from: { path: "^(compiler|runtime)/", pathNot: "^runtime/store/sqlite/driver" },
      to: { path: "node_modules/sqlite3/" },
    },
    {
      name: "one-quickjs",
      severity: "error",
      from: { path: "^(compiler|runtime)/", pathNot: "^runtime/sandbox/" },
      to: { path: "node_modules/quickjs-emscripten" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "dist" },
  },
};

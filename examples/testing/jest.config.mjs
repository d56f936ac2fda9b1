export default {
  testMatch: ["**/*.jest.ts"],
  // `eventual` is ES modules, so the tests are too: run jest with NODE_OPTIONS=--experimental-vm-modules.
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": ["babel-jest", { plugins: ["@babel/plugin-transform-typescript"] }] },
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  // A process's first environment compiles the program, on a busy machine for longer than the usual limit.
  testTimeout: 60_000,
};

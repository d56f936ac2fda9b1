import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.vitest.ts"],
    // A process's first environment compiles the program, on a busy machine for longer than the usual limits.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

/** The parts that we use of Babel packages that have no types of their own. */
declare module "@babel/code-frame" {
  interface SourcePosition {
    line: number;
    column?: number;
  }
  export function codeFrameColumns(
    source: string,
    location: { start: SourcePosition; end?: SourcePosition },
    options?: { highlightCode?: boolean; forceColor?: boolean; linesAbove?: number; linesBelow?: number },
  ): string;
}

declare module "@babel/plugin-transform-typescript" {
  const plugin: import("@babel/core").PluginTarget;
  // biome-ignore lint/style/noDefaultExport: this is how the package exports it
  export default plugin;
}

/** Positions in compiled JavaScript, told as positions in what the author wrote. */
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

export type Position = { file: string; line: number; column: number };

/** Finds the position (line from 1, column from 0) in the source, or gives the one it got where no map is known. */
export type MapPosition = (position: Position) => Position;

/**
 * Makes a map of positions over files whose source maps are read when first asked for.
 * @param sourceMapOf the source map of a file as JSON text, if it has one.
 */
export function positionMapper(sourceMapOf: (file: string) => string | undefined): MapPosition {
  const maps = new Map<string, { json: string; map: TraceMap }>();
  return (position) => {
    const json = sourceMapOf(position.file);
    if (!json) return position;
    let kept = maps.get(position.file);
    if (kept?.json !== json) {
      kept = { json, map: new TraceMap(json) };
      maps.set(position.file, kept);
    }
    const { line, column } = originalPositionFor(kept.map, { line: position.line, column: position.column });
    return line === null ? position : { ...position, line, column };
  };
}

/** The source map that a compiler put at the end of its output, as JSON text. */
export function inlineSourceMap(js: string): string | undefined {
  const match = /\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/.exec(js);
  return match ? new TextDecoder().decode(Uint8Array.from(atob(match[1]), (c) => c.charCodeAt(0))) : undefined;
}

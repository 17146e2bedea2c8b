/** The module that cells for tslab import. Nothing of Node in it. */
import type { makeDisplay } from "./display";

export function makeTslab(display: ReturnType<typeof makeDisplay>, versions: () => Record<string, string>) {
  let displays = 0;
  return {
    display,
    newDisplay: () => {
      const id = `display-${++displays}`;
      return Object.fromEntries(
        Object.entries(display).map(([key, show]) => [
          key,
          key === "raw"
            ? (type: string, content: unknown) => display.raw(type, content, { id })
            : (content: never) => (show as (content: never, options: object) => void)(content, { id }),
        ]),
      );
    },
    get versions() {
      return { tslab: "1.0.22", ...versions() };
    },
  };
}

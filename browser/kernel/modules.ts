/** What cells can import: mathjs, the course's library and its check, which are part of the site, and its JSON files. */
import { namespaceOf } from "../../kernel/worker/namespace";
import { courseFile, type Place } from "./place";

/** Each is fetched when it is first asked for. */
const bundled: Record<string, () => Promise<object>> = {
  mathjs: () => import("mathjs"),
  "mathjs/number": () => import("mathjs/number"),
  lib: () => import("../../lib"),
  "grader/check": () => import("../../grader/check"),
};

/** Makes the loader of a notebook's imports. @param own modules that the kernel itself provides, by name. */
export function moduleLoader({ files, folder }: Place, own: Record<string, unknown>) {
  return async (name: string): Promise<unknown> => {
    if (Object.hasOwn(own, name)) return own[name];
    const path = courseFile(folder, name) ?? name;
    const module = path.replace(/(^lib)?\/index$|\.ts$/, "$1");
    if (Object.hasOwn(bundled, module)) return namespaceOf(await bundled[module]());
    if (path !== name && path.endsWith(".json")) {
      const response = await fetch(files + path);
      if (response.ok) return namespaceOf(await response.json());
    }
    throw new Error(
      `Cannot load '${name}': in the browser a cell can import mathjs, "../lib", "../grader/check" and JSON files`,
    );
  };
}

/** Where a kernel works. */
export type Place = {
  /** The URL, with a slash at its end, below which the course's files lie. */
  files: string;
  /** The notebook's folder among them: "notebooks", or "" for the root. Relative imports begin there. */
  folder: string;
};

/** A relative import as a path below the course's root, or undefined for a package, or a place outside. */
export function courseFile(folder: string, name: string): string | undefined {
  if (!/^\.\.?\//.test(name)) return undefined;
  const parts = folder.split("/").filter(Boolean);
  for (const part of name.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** The name by which a cell in the folder imports a path below the course's root: "../lib". */
export const importedAs = (folder: string, path: string): string =>
  `${
    folder
      .split("/")
      .filter(Boolean)
      .map(() => "..")
      .join("/") || "."
  }/${path}`;

/** A worker learns its place by its name: it is there before the first message. */
export const startWorker = (url: string, place: Place): Worker =>
  new Worker(url, { type: "module", name: JSON.stringify(place) });
export const ownPlace = (): Place => JSON.parse(self.name);

/** What the worker that compiles needs of TypeScript, of packages and of the course: bundle.ts puts it beside it. */
export type Declarations = {
  /** Declarations by path: TypeScript's own in `/typescript`, all else as in a checkout of the course at `/course`. */
  texts: Record<string, string>;
  /** What every cell finds without an import. */
  ambient: { always: string; insteadOfNode: string };
};

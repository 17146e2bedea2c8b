/** What the compiled body of a cell takes: the object that holds the top-level names, and the loader of modules. */
export const parameters = ["__scope", "__load"] as const;

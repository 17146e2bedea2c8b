/** JavaScript of every TypeScript file that was loaded, by path; its source map is the inline comment at its end. */
export const compiled: Map<string, string>;

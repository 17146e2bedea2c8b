/** What Jupyter's packages use of Node's `process`: without `cwd`, the links between notebooks lead nowhere. */
export const process = { env: {}, cwd: () => "/" };

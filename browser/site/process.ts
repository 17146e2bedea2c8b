/** What Jupyter's packages ask of Node's `process`. */
export default { env: {}, cwd: () => "/", nextTick: queueMicrotask };

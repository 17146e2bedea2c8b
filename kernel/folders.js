const { join } = require("node:path");

module.exports = {
  kernelFolder: __dirname,
  cacheFolder: join(__dirname, "..", "node_modules", ".cache", "unroll"),
};

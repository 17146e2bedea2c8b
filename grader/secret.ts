/** The course's secret: hidden cases are made from it, so that nobody knows them who does not have it. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Returns what the environment variable UNROLL_SECRET says, or the file, which is made where there is none. */
export function courseSecret(file: string, environment = process.env.UNROLL_SECRET): string {
  if (environment) return environment;
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  const secret = readFileSync(file, "utf8").trim();
  if (secret === "") throw new Error(`Cannot make hidden cases: ${file} is empty; delete it, and a new secret is made`);
  return secret;
}

/** A static server for the site on this machine: no package, no state. */
import { createReadStream, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ipynb": "application/json",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

/** What stands at a path: a file, a folder, or nothing. */
function at(path: string): "file" | "folder" | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? "file" : found?.isDirectory() ? "folder" : undefined;
}

/**
 * Serves a folder under an address such as `/course/` on this machine alone, and resolves when it listens.
 * @param port 0 takes one that is free.
 * @throws {Error} where the port is taken.
 */
export function serve(folder: string, port: number, base = "/"): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, headers: Record<string, string> = {}) =>
      response.writeHead(status, headers).end(status === 404 ? "Nothing is here" : "");
    const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
    if (!pathname.startsWith(base)) return answer(404);
    let path: string;
    try {
      // Normalized as an absolute path, `..` cannot lead out of the folder.
      path = join(folder, normalize(`/${decodeURIComponent(pathname.slice(base.length))}`));
    } catch {
      return answer(400);
    }
    if (at(path) === "folder") {
      if (!pathname.endsWith("/")) return answer(301, { Location: `${pathname}/${search}` });
      path = join(path, "index.html");
    }
    if (at(path) !== "file") return answer(404);
    // Asked again each time, so that a rebuilt site is seen: the files are on this machine.
    response.writeHead(200, {
      "Content-Type": types[extname(path)] ?? "application/octet-stream",
      "Cache-Control": "no-cache",
    });
    if (request.method === "HEAD") return response.end();
    return createReadStream(path).pipe(response);
  });
  return new Promise((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => listening(server));
  });
}

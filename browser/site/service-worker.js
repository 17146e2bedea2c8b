// Keeps the whole site, so that the course works without a network after the first visit.
// FILES is put before this by the build: path -> hash of the content. Each file is kept under its path and hash, so a
// new version of the course fetches only what has changed, and pages that are open keep the files they began with:
// the new version takes over with the first page that is opened when no other is.

/* global FILES */

const cacheName = `unroll ${self.registration.scope}`;
const keyOf = (path) => new URL(`${path}?${FILES[path]}`, self.registration.scope).href;

async function keepAll() {
  const cache = await caches.open(cacheName);
  const absent = [];
  for (const path of Object.keys(FILES)) if (!(await cache.match(keyOf(path)))) absent.push(path);
  const fetchNext = async () => {
    for (let path = absent.shift(); path !== undefined; path = absent.shift()) {
      const response = await fetch(new URL(path, self.registration.scope), { cache: "no-cache" });
      if (!response.ok) throw new Error(`Cannot keep ${path}: it was answered by ${response.status}`);
      // A page may not be answered by a redirected response, and some hosts redirect `index.html` to its folder.
      const { body, headers } = response;
      await cache.put(keyOf(path), response.redirected ? new Response(body, { headers }) : response);
    }
  };
  await Promise.all(Array.from({ length: 4 }, fetchNext));
}

async function forgetOld() {
  const cache = await caches.open(cacheName);
  const wanted = new Set(Object.keys(FILES).map(keyOf));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

async function answer(request) {
  const url = new URL(request.url);
  const path = decodeURI(url.pathname.slice(new URL(self.registration.scope).pathname.length));
  const page = path === "" || path.endsWith("/") ? `${path}index.html` : path;
  if (`${path}/index.html` in FILES) return Response.redirect(`${url.pathname}/${url.search}`);
  if (!(page in FILES)) return fetch(request);
  const cache = await caches.open(cacheName);
  return (await cache.match(keyOf(page))) ?? fetch(request);
}

/** The empty pages that stand where a page has been asked for again. */
const empty = new Set();

/** Lets the version that waits take over, where this page would be the only one: it is asked for again at once. */
async function handOver({ request, resultingClientId }) {
  const { waiting } = self.registration;
  if (request.mode !== "navigate" || !waiting) return undefined;
  const others = (await self.clients.matchAll()).filter(({ id }) => !empty.has(id));
  if (others.length > 0) return undefined;
  empty.add(resultingClientId);
  waiting.postMessage("take over");
  return new Response("", { headers: { Refresh: "0" } });
}

self.addEventListener("message", () => self.skipWaiting());
self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOld()));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || !event.request.url.startsWith(self.registration.scope)) return;
  event.respondWith(handOver(event).then((handedOver) => handedOver ?? answer(event.request)));
});

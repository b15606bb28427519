// The service worker: pages from the network; without one, the shell that reads what the phone
// keeps. It caches the shell's files only, never a page with a person in it.
"use strict";
importScripts(LEFT);
const { left } = self;
const CACHE = `wangge-shell-${VERSION}`;
const WAIT_MS = 6000;
const OPENING = new Set(["POST /login", "GET /login/oidc/return"]);

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (origin !== location.origin) return;
  const isPage = request.mode === "navigate";
  if (isPage && OPENING.has(`${request.method} ${pathname}`)) event.respondWith(opening(request));
  else if (request.method !== "GET") return;
  else if (isPage) {
    const shown = page(request, pathname);
    event.respondWith(shown);
    if (searchParams.has("lang")) event.waitUntil(shown.then(translate));
  }
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
});

// What leads on has opened a session: the browser has the cookie of no other one any more.
async function opening(request) {
  try {
    const answer = await fetch(request);
    if (answer.type === "opaqueredirect") await left.replaced().catch(() => undefined);
    return answer;
  } catch {
    return shell();
  }
}

// A session that was left here is ended before a page could be shown as its own. While that cannot
// be, there is the log-in, which shows nobody, and what the phone says by itself.
async function isBarred(pathname) {
  const marks = await left.all().catch(() => []);
  const ending = marks.length ? left.settle().catch(() => false) : true;
  if (!marks.some((mark) => mark.held)) return false;
  return pathname === "/offline" || (!(await ending) && !pathname.startsWith("/login"));
}

async function shell() {
  const cache = await caches.open(CACHE);
  return (await cache.match("/offline")) ?? Response.error();
}

async function page(request, pathname) {
  if (await isBarred(pathname)) return shell();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), WAIT_MS);
  try {
    return await fetch(request, { signal: late.signal });
  } catch {
    return shell();
  } finally {
    clearTimeout(timer);
  }
}

// Who chose another language reads it without network too. Where there is none, the former one stays.
const translate = () => caches.open(CACHE).then((cache) => cache.add("/offline")).catch(() => undefined);

async function file(request) {
  const cache = await caches.open(CACHE);
  const exact = await cache.match(request);
  if (exact) return exact;
  try {
    return await fetch(request);
  } catch {
    return (await cache.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}

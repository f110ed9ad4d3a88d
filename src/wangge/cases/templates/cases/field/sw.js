// The grid worker's offline shell: pages without anybody's data, styles and scripts. Matters are never kept.
importScripts("{{ queue }}");

const SHELL = "wangge-field-{{ version }}";
const PAGES = "wangge-field-pages";
const REPORT = "{% url 'field_report' %}";
const OFFLINE = "{% url 'field_offline' %}";
const KINDS = "{% url 'field_kinds' %}";
const KEPT = new Set([REPORT, OFFLINE, KINDS]);
const ASSETS = [{% for asset in assets %}"{{ asset }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
// A kept page comes soon even on a weak signal; what has no copy is worth waiting for.
const PATIENCE = { kept: 4000, other: 20000 };

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const shell = await caches.open(SHELL);
    await shell.addAll(ASSETS);
    const pages = await caches.open(PAGES);
    // Signed out, the report page leads to the login: then it is kept at the next visit.
    await Promise.all([...KEPT].map((address) => refresh(pages, address).catch(() => null)));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("wangge-field-") && name !== SHELL && name !== PAGES);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

function ours(answer) {
  return answer.ok && !answer.redirected && answer.type === "basic";
}

async function refresh(pages, address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (ours(answer)) await pages.put(address, answer);
}

function patient(request, most) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error("slow")), most);
    fetch(request).then(done, fail).finally(() => clearTimeout(timer));
  });
}

// A page from the network; without one, the kept page or the word that there is no network.
async function page(request, address) {
  const pages = await caches.open(PAGES);
  try {
    const answer = await patient(request, KEPT.has(address) ? PATIENCE.kept : PATIENCE.other);
    if (KEPT.has(address) && ours(answer)) await pages.put(address, answer.clone());
    return answer;
  } catch (error) {
    const kept = KEPT.has(address) ? await pages.match(address) : null;
    if (kept) return kept;
    if (address === KINDS) throw error;
    return (await pages.match(OFFLINE)) || Response.error();
  }
}

async function asset(request) {
  const kept = await caches.match(request, { ignoreSearch: true });
  return kept || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" || url.pathname === KINDS) event.respondWith(page(request, url.pathname));
  else if (ASSETS.includes(url.pathname)) event.respondWith(asset(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "reports") event.waitUntil(self.WanggeQueue.flush());
});

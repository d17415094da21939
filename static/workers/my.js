// The customer's page as an app: a page for when there is no connection, and the pushes of its business. LOOK, which the
// server writes above, says whose pages these are: home, offline, files that the offline page needs, and a version.
const KEPT = `${LOOK.home} ${LOOK.version}`;
const OURS = new RegExp(`^${LOOK.home}(/|$)`);

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(forget().then(() => clients.claim())));

async function keep() {
  const cache = await caches.open(KEPT);
  await cache.addAll([LOOK.offline, ...LOOK.files].map((each) => new Request(each, { cache: "reload" })));
  await skipWaiting();
}

// Of this business's earlier versions; other businesses' pages may be kept beside them.
async function forget() {
  const old = (await caches.keys()).filter((name) => name.startsWith(`${LOOK.home} `) && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
}

addEventListener("fetch", (event) => {
  const { pathname, search } = new URL(event.request.url);
  if (event.request.mode === "navigate" && OURS.test(pathname)) {
    event.respondWith(fetch(event.request).catch(() => away(event.request)));
  } else if (LOOK.files.includes(pathname + search)) {
    event.respondWith(caches.match(pathname + search, { cacheName: KEPT }).then((kept) => kept ?? fetch(event.request)));
  }
});

// The page that was asked for can be asked for again. A form cannot: its reader comes back to where it stood.
function away({ method, referrer }) {
  if (method === "GET") return caches.match(LOOK.offline, { cacheName: KEPT });
  const stood = referrer && OURS.test(new URL(referrer).pathname) ? referrer : LOOK.home;
  return Response.redirect(stood, 303);
}

addEventListener("push", (event) => event.waitUntil(show(event.data.json())));

async function show({ title, text, tag, url, icon, badge, shown }) {
  await registration.showNotification(title, { body: text, tag, icon, badge, data: url || LOOK.home });
  for (const pause of shown ? [0, 2, 6] : []) if (await told(shown, pause)) break;
}

// That it was shown: else an SMS would follow. The address is of this push alone.
async function told(address, seconds) {
  await new Promise((done) => setTimeout(done, seconds * 1000));
  return fetch(address, { method: "POST", credentials: "omit" }).then(({ status }) => status < 500, () => false);
}

addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

// The push service gave this browser another address, or took its own away.
async function renew({ newSubscription }) {
  const anew = newSubscription ?? await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: LOOK.key });
  const { endpoint, keys } = anew.toJSON();
  await fetch(LOOK.renewal, { method: "POST", body: new URLSearchParams({ endpoint, ...keys }) });
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data, location.origin)));
});

async function open(url) {
  const windows = await clients.matchAll({ type: "window" });
  const here = url.origin === location.origin && windows.find((each) => OURS.test(new URL(each.url).pathname));
  if (!here) return clients.openWindow(url.href);
  await here.focus().catch(() => {});
  return here.navigate(url.href);
}

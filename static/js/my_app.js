// The customer's page as an app: its worker, the offer to install it, and which words fit this browser's pushes.
import "./once.js";
import "./pushes.js";

const app = document.querySelector("[data-app]");
let offer;

if (app) begin();

async function begin() {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    show("install", true);
  });
  addEventListener("appinstalled", () => show("install", false));
  // Only Safari on phones knows this word; there one installs by hand.
  show("install-by-hand", navigator.standalone === false);
  const { worker, pages } = app.dataset;
  const registered = await navigator.serviceWorker?.register(worker, { scope: pages }).catch(() => null);
  show(`pushes-${await pushes(registered)}`, true);
}

// Away where there are none, on only where the server knows this browser too. What it receives for someone else, who was
// signed in here before, it gives up.
async function pushes(registered) {
  if (!registered?.pushManager || !("Notification" in window)) return "away";
  if (Notification.permission === "denied") return "blocked";
  const subscription = await registered.pushManager.getSubscription();
  const known = document.querySelector("[data-known]")?.dataset.known.split(" ");
  if (!subscription || !known) return "off";
  if (!known.includes(await digest(subscription.endpoint))) return subscription.unsubscribe().then(() => "off", () => "off");
  app.querySelectorAll("[data-endpoint]").forEach((field) => { field.value = subscription.endpoint; });
  return "on";
}

async function digest(text) {
  const octets = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(octets)].map((each) => each.toString(16).padStart(2, "0")).join("");
}

function show(name, shown) {
  app.querySelectorAll(`[data-when="${name}"]`).forEach((each) => { each.hidden = !shown; });
  app.querySelectorAll("[data-about]").forEach((each) => { each.hidden = !each.querySelector("[data-when]:not([hidden])"); });
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-install]") || !offer) return;
  offer.prompt();
  if ((await offer.userChoice).outcome === "accepted") show("install", false);
  offer = undefined;
});

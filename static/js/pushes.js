// Lets pushes into this browser: asks it where it receives them, and sends that with the form around the button, which
// names the key of this house and the worker that shows them.
async function place({ receivePushes: key, worker = "/push-worker.js", pages = "/" }) {
  const registered = await navigator.serviceWorker.register(worker, { scope: pages });
  await working(registered);
  // One of another key would be refused.
  await (await registered.pushManager.getSubscription())?.unsubscribe();
  return registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function working({ active, installing, waiting }) {
  const coming = installing ?? waiting;
  if (active || !coming) return;
  await new Promise((done) => coming.addEventListener("statechange", () => coming.state === "activated" && done()));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-receive-pushes]");
  if (!button) return;
  const refused = button.form.querySelector("[data-refused]");
  refused.hidden = button.disabled = true;
  try {
    const { endpoint, keys } = (await place(button.dataset)).toJSON();
    Object.entries({ endpoint, ...keys }).forEach(([name, value]) => { button.form.elements[name].value = value; });
    button.form.requestSubmit();
  } catch {
    refused.hidden = false;
  }
  button.disabled = false;
});

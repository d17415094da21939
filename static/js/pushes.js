// Lets pushes into this browser: asks it where it receives them, and sends that with the form around the button, which
// names the key of this house.
async function place(key) {
  const worker = await navigator.serviceWorker.register("/push-worker.js");
  // One of another key would be refused.
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-receive-pushes]");
  if (!button) return;
  const refused = button.form.querySelector("[data-refused]");
  refused.hidden = button.disabled = true;
  try {
    const { endpoint, keys } = (await place(button.dataset.receivePushes)).toJSON();
    Object.entries({ endpoint, ...keys }).forEach(([name, value]) => { button.form.elements[name].value = value; });
    button.form.requestSubmit();
  } catch {
    refused.hidden = false;
  }
  button.disabled = false;
});

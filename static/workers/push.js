// Shows what the platform pushes to a person of the panel, and opens the page that it is about.
addEventListener("push", (event) => {
  const { title, text, tag, url } = event.data.json();
  event.waitUntil(registration.showNotification(title, { body: text, tag, data: url }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data || "/billing"));
});

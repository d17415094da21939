// Reads a QR code with the camera. Where the browser can, it looks by itself, and what it reads is sent as if it had been
// typed; elsewhere a photograph is taken, and the server reads it.
const place = document.querySelector("[data-camera]");
const photograph = place?.querySelector("form");
const PAUSE = 200;

if (place && "BarcodeDetector" in window && navigator.mediaDevices) offer(true);
photograph?.addEventListener("change", () => photograph.requestSubmit());

function offer(live) {
  const button = place.querySelector("button");
  button.hidden = !live;
  photograph.hidden = live;
  if (live) button.addEventListener("click", start);
}

async function start() {
  const video = place.querySelector("video");
  const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: place.dataset.camera || "environment" } }).catch(() => null);
  if (!camera) return offer(false);
  video.srcObject = camera;
  video.hidden = false;
  await video.play();
  look(video, new BarcodeDetector({ formats: ["qr_code", "ean_13", "code_128"] }));
}

async function look(video, detector) {
  const [found] = await detector.detect(video).catch(() => []);
  if (!found) return setTimeout(look, PAUSE, video, detector);
  video.srcObject.getTracks().forEach((track) => track.stop());
  const field = document.querySelector(".till-input");
  field.value = found.rawValue;
  field.form.requestSubmit();
}

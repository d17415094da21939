// Reads a QR code with the camera, where the browser can; what it says is sent as if it had been typed.
const place = document.querySelector("[data-camera]");
const PAUSE = 200;

if (place && "BarcodeDetector" in window && navigator.mediaDevices) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", start);
}

async function start() {
  const video = place.querySelector("video");
  const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
  if (!camera) return (place.hidden = true);
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

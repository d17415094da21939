// Keeps pieces of a page that stays open new, such as the number of unread messages: each [data-look] is drawn anew
// from there, every `data-look-every` seconds or each minute, while someone is at work on the page. Nobody there,
// nothing is asked, so that a session left alone still ends.
const MINUTE = 60;
let passed = 0;
let active = 0;

for (const sign of ["pointermove", "pointerdown", "keydown", "scroll"]) {
  addEventListener(sign, () => { active = passed; }, { passive: true, capture: true });
}

async function look(piece) {
  const headers = { "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers")) };
  const answer = await fetch(piece.dataset.look, { headers }).catch(() => null);
  // Whatever else comes, such as the way to sign in, is for the person's next step.
  if (answer?.status !== 200) return;
  const anew = document.createElement("template");
  anew.innerHTML = (await answer.text()).trim();
  const fresh = anew.content.firstElementChild;
  const focused = document.activeElement;
  // Who is about to press something in it must not have it taken away.
  if (!fresh || !piece.isConnected || (piece !== focused && piece.contains(focused))) return;
  const from = piece.scrollTop;
  piece.replaceWith(fresh);
  fresh.scrollTop = from;
  if (piece === focused) fresh.focus({ preventScroll: true });
}

setInterval(() => {
  passed += 1;
  if (document.hidden || passed - active > MINUTE) return;
  for (const piece of document.querySelectorAll("[data-look]")) {
    if (passed % (piece.dataset.lookEvery ?? MINUTE) === 0) look(piece);
  }
}, 1000);

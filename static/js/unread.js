// Keeps the number of unread messages new on a page that stays open: once a minute, while someone is at work there.
// Nobody there, nothing is asked, so that a session left alone still ends.
const EVERY = 60_000;
let active = false;

for (const sign of ["pointermove", "keydown", "touchstart"]) addEventListener(sign, () => { active = true; }, { passive: true });

async function look() {
  const link = document.getElementById("unread");
  if (!link || !active || document.hidden) return;
  active = false;
  const headers = { "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers")) };
  const answer = await fetch(link.dataset.look, { headers }).catch(() => null);
  // Whatever else comes, such as the way to sign in, is for the person's next step.
  if (answer?.status === 200) link.outerHTML = await answer.text();
}

setInterval(look, EVERY);

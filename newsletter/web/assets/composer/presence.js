// Says every half minute which cell is open here, and shows who else is at the issue.
const EVERY = 30_000;

async function beat() {
  const place = document.getElementById("present");
  const address = document.querySelector("[data-beats]")?.dataset.beats;
  if (!address || document.visibilityState === "hidden") return;
  const form = document.querySelector("form#words");
  const cell = /\/i\/([^/]+)\/([^/]+)$/.exec(form?.getAttribute("action") || "");
  const token = document.querySelector('meta[name="form-token"]')?.content ?? "";
  const body = new URLSearchParams({ row: cell?.[1] ?? "", language: cell?.[2] ?? "" });
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { "X-Form-Token": token, "HX-Request": "true" }, redirect: "manual" });
    if (answer.ok && place) place.innerHTML = await answer.text();
  } catch {
    // The next beat tries again.
  }
}

document.addEventListener("words:ready", beat);
document.addEventListener("visibilitychange", beat);
setInterval(beat, EVERY);

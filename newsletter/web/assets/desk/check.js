// The page that checks an issue: mending a cell in a dialog, the last words, the zone of
// this computer, and when the countdown is over.
import { htmx } from "./htmx.js";

const mending = document.getElementById("mending");

// The editor of a cell has a script of its own, fetched when the first one opens.
function fetchEditor() {
  const source = mending.dataset.script;
  if (document.querySelector(`script[src="${source}"]`)) return;
  const script = document.createElement("script");
  script.src = source;
  document.head.append(script);
}

async function mend(link) {
  const { pathname, search, hash } = new URL(link.href);
  fetchEditor();
  await htmx.ajax("GET", pathname + search, { target: "#pane", swap: "innerHTML", source: mending });
  if (!document.getElementById("pane").children.length) {
    location.assign(link.href);
    return;
  }
  mending.showModal();
  const name = hash.slice(1);
  mending.querySelector(`[name="${CSS.escape(name)}"], #${CSS.escape(name || "pane")}`)?.focus();
}

if (mending) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-mends]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    mend(link);
  });
  // The page of a cell may come whole, and then only its editor is wanted.
  mending.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.serverResponse.includes('id="pane"')) event.detail.selectOverride = "#pane > *";
  });
  mending.addEventListener("close", () => {
    document.getElementById("pane").replaceChildren();
    htmx.trigger(document.body, "recheck");
  });
}

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target?.closest?.("dialog[data-shows]");
  if (dialog && !dialog.open) dialog.showModal();
});

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
for (const field of document.querySelectorAll("[data-zone]")) field.value = zone;
for (const place of document.querySelectorAll(".mine[data-at]")) {
  const here = -new Date(place.dataset.at).getTimezoneOffset();
  const same = here === Number(place.dataset.offset);
  place.textContent = same ? place.dataset.same : place.dataset.other.replace("ZONE", zone);
}

const clock = document.querySelector("[data-then]");
if (clock) setTimeout(() => location.assign(clock.dataset.then), (Number(clock.dataset.leavesIn) + 2) * 1000);

// What moves in an open cell beside its words: counters, the line of the inbox, arrows
// over the languages, and the focus when another cell opens.
function count(mark) {
  const field = document.getElementById(mark.dataset.counts);
  if (!field) return;
  const rich = field.closest(".field").querySelector(".ProseMirror");
  const length = [...(rich ? rich.innerText.replace(/\n+$/, "") : field.value).trim()].length;
  const shown = new Intl.NumberFormat(document.documentElement.lang).format(length);
  mark.textContent = length === 1 ? mark.dataset.one : mark.dataset.many.replace("{n}", shown);
}

function refresh() {
  document.querySelectorAll("[data-counts]").forEach(count);
  document.querySelectorAll("[data-shows]").forEach((place) => {
    place.textContent = document.getElementById(place.dataset.shows)?.value ?? "";
  });
}

document.addEventListener("words:ready", () => setTimeout(refresh));
document.addEventListener("input", (event) => event.target.form?.id === "words" && refresh());
document.addEventListener("filled", refresh);

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-roves] a");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  const tabs = [...tab.parentElement.querySelectorAll("a")];
  event.preventDefault();
  tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length].focus();
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "pane") return;
  const pane = event.detail.target;
  const first = pane.querySelector("[data-opened-first]") || pane.querySelector("[data-opened]");
  first?.focus({ preventScroll: true });
  const top = pane.getBoundingClientRect().top;
  if (top < 0 || top > innerHeight * 0.6) pane.scrollIntoView({ block: "start" });
});

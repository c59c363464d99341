// The rows of the news desk: keys, choosing all, dragging into the next issue. Buttons do
// all of it without this script.
import Sortable from "sortablejs";
import { htmx } from "./htmx.js";

const fields = "input:not([type=checkbox]), textarea, select, [contenteditable]";
let current = null; // the number of the item that keys act on

const rows = () => [...document.querySelectorAll("[data-rows] > [data-item]")];

function mark(row, { focus = true } = {}) {
  for (const each of rows()) each.toggleAttribute("data-current", each === row);
  current = row?.dataset.item ?? null;
  if (row && focus) {
    row.querySelector("a.open").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.dataset.item === current);
  mark(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

// The row keys act on: before anybody chose one, the first.
const here = () => rows().find((row) => row.dataset.item === current) ?? rows()[0];

// What a key does to a row; what it takes away makes the next row the current one.
function act(name) {
  const all = rows();
  const at = all.indexOf(here());
  const button = all[at]?.querySelector(`[data-act="${name}"]`);
  if (!button) return;
  current = (all[at + 1] ?? all[at - 1])?.dataset.item ?? null;
  button.click();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  x: () => here()?.querySelector(".tick input")?.click(),
  e: () => act("issue"),
  a: () => act("aside"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  if (document.body.dataset.keys !== "on" || !document.querySelector("[data-rows]")) return;
  if (event.target.closest?.(fields) || document.querySelector("dialog[open]")) return;
  const deed = keys[event.key.toLowerCase()];
  if (!deed) return;
  event.preventDefault();
  deed();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-rows] > [data-item]");
  if (row && row.dataset.item !== current) mark(row, { focus: false });
});

document.addEventListener("click", (event) => {
  const all = event.target.closest?.("a[data-ticks]");
  if (all) {
    event.preventDefault();
    const boxes = rows().map((row) => row.querySelector(".tick input"));
    const on = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = on;
  }
  // It is meant for the bookmarks: here it would only open an empty window.
  if (event.target.closest?.("[data-saver]")) event.preventDefault();
});

// A second list dropped upon: the server puts the item there, and the page says so.
function drop(event) {
  const item = event.item.dataset.item;
  const section = event.to.dataset.section;
  event.item.remove();
  const form = document.getElementById("move");
  const values = { ...Object.fromEntries(new FormData(form)), do: `issue:${item}`, section };
  delete values.item;
  htmx.ajax("POST", form.action, {
    source: form, target: "#news", select: "#news", swap: "morph:outerHTML", values,
  });
}

function prepare() {
  const list = document.querySelector("[data-rows]");
  if (!list || !document.getElementById("move")) return;
  const dragging = (on) => document.body.classList.toggle("dragging", on);
  if (!Sortable.get(list)) {
    Sortable.create(list, {
      group: { name: "news", pull: "clone", put: false },
      sort: false,
      handle: "[data-grip]",
      delay: 150,
      delayOnTouchOnly: true,
      onStart: () => dragging(true),
      onEnd: () => dragging(false),
    });
  }
  for (const place of document.querySelectorAll(".coming .drop")) {
    if (Sortable.get(place)) continue;
    Sortable.create(place, { group: { name: "next", put: ["news"], pull: false }, sort: false, onAdd: drop });
  }
  const row = here();
  if (row && row.dataset.item === current) mark(row);
  else if (document.body.dataset.keys === "on") row?.toggleAttribute("data-current", true);
}

// What was done is said once: a reload must not say it again.
function settle() {
  const desk = document.querySelector("[data-desk]");
  if (desk && new URLSearchParams(location.search).has("done")) history.replaceState(null, "", desk.dataset.desk);
  const done = document.getElementById("done");
  if (done && !done.dataset.timed) {
    done.dataset.timed = "";
    setTimeout(() => done.remove(), 15000);
  }
}

// Buttons of a row stand outside the form they belong to: htmx does not see which it was.
document.addEventListener("htmx:configRequest", (event) => {
  const button = event.detail.triggeringEvent?.submitter;
  if (button?.name) event.detail.parameters[button.name] = button.value;
});

if (document.getElementById("news")) {
  prepare();
  settle();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "news" || event.detail.elt?.id === "news") {
      prepare();
      settle();
      const what = document.getElementById("what");
      if (what && event.detail.requestConfig?.path === "/desk/paste") what.value = "";
    }
  });
}

// Items in another order: dragged by their grip, or moved by keys once it is pressed. Both
// ask the address that the menu beside them asks. The server says what the order is: of two
// people who move at once, the second sees what the first did, and why theirs was not done.
import Sortable from "sortablejs";

const outline = () => document.getElementById("outline");
const table = () => outline()?.querySelector("table.matrix");
const rows = (section) => [...section.querySelectorAll("tr.item")];
let picked = null; // {row, home: {section, next}} while keys move it

function place(row) {
  const section = row.closest("tbody");
  const all = rows(section);
  return { section, index: all.indexOf(row), total: all.length };
}

function tell(words, row) {
  const { section, index, total } = place(row);
  const values = {
    title: row.querySelector(".what a").textContent.trim(),
    n: index + 1,
    total,
    section: section.dataset.title || table().dataset.nowhere,
  };
  document.getElementById("moves").textContent = words.replace(/{(\w+)}/g, (_, name) => values[name]);
}

function send(row) {
  const { section, index } = place(row);
  const grip = row.querySelector(".grip")?.id;
  const values = {
    item: row.dataset.item,
    section: section.dataset.section,
    index,
    seen: outline().dataset.seen,
  };
  return window.htmx
    .ajax("POST", table().dataset.order, { source: outline(), target: "#outline", swap: "morph:outerHTML", values })
    .then(() => grip && document.activeElement === document.body && document.getElementById(grip)?.focus());
}

// Where it was, so that nothing is asked for a row that came back.
const home = (row) => ({ section: row.closest("tbody"), next: row.nextElementSibling });
const isHome = (row, at) => row.closest("tbody") === at.section && row.nextElementSibling === at.next;
const goHome = (row, at) => at.section.insertBefore(row, at.next);

function step(row, down) {
  const { section } = place(row);
  const all = [...table().querySelectorAll("tbody.items")];
  const beside = down ? row.nextElementSibling : row.previousElementSibling;
  if (beside?.matches("tr.item")) {
    down ? beside.after(row) : beside.before(row);
    return;
  }
  const other = all[all.indexOf(section) + (down ? 1 : -1)];
  if (!other) return;
  const first = rows(other)[0];
  if (down && first) first.before(row);
  else other.append(row);
}

function pick(grip) {
  const row = grip.closest("tr");
  picked = { row, home: home(row) };
  row.classList.add("picked");
  grip.setAttribute("aria-pressed", "true");
  tell(table().dataset.picked, row);
}

function drop(grip, words) {
  const { row, home: at } = picked;
  picked = null;
  row.classList.remove("picked");
  grip.setAttribute("aria-pressed", "false");
  tell(words, row);
  if (!isHome(row, at)) send(row);
}

function moveKey(grip, event) {
  const { row, home: at } = picked;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    step(row, event.key === "ArrowDown");
    grip.focus(); // what moves in the document loses it
    row.scrollIntoView({ block: "nearest" });
    tell(table().dataset.moved, row);
  } else if (event.key === "Escape") {
    goHome(row, at);
    grip.focus();
    drop(grip, table().dataset.back);
  } else if (event.key === " " || event.key === "Enter") {
    drop(grip, table().dataset.dropped);
  } else if (event.key === "Tab") {
    drop(grip, table().dataset.dropped);
    return;
  } else return;
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.(".grip");
  if (grip && picked?.row === grip.closest("tr")) return moveKey(grip, event);
  if (grip && (event.key === " " || event.key === "Enter")) {
    event.preventDefault();
    pick(grip);
    return;
  }
  // One step at once, from anywhere in the row.
  const row = event.target.closest?.("tr.item");
  const arrow = event.key === "ArrowDown" || event.key === "ArrowUp";
  if (!row || !arrow || !event.altKey || !row.querySelector(".grip")) return;
  event.preventDefault();
  const before = home(row);
  const focused = document.activeElement;
  step(row, event.key === "ArrowDown");
  focused.focus();
  if (isHome(row, before)) return;
  tell(table().dataset.moved, row);
  send(row);
});

function prepare() {
  if (!table()) return;
  for (const grip of outline().querySelectorAll(".grip")) grip.hidden = false;
  for (const section of table().querySelectorAll("tbody.items")) {
    if (Sortable.get(section)) continue;
    let at = null;
    Sortable.create(section, {
      group: "items",
      handle: ".grip",
      draggable: "tr.item",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      forceFallback: true,
      fallbackTolerance: 4,
      fallbackOnBody: false,
      ghostClass: "gap",
      onStart: ({ item }) => (at = home(item)),
      onEnd: ({ item }) => {
        const header = item.closest("tbody").querySelector("tr.section");
        if (header && item.compareDocumentPosition(header) & Node.DOCUMENT_POSITION_FOLLOWING) header.after(item);
        if (at && isHome(item, at)) return;
        tell(table().dataset.dropped, item);
        send(item);
      },
    });
  }
}

prepare();
document.addEventListener("htmx:afterSwap", prepare);
document.addEventListener("htmx:oobAfterSwap", prepare);

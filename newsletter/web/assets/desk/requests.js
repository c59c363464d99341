// htmx with its extensions, and what every request of ours carries and says.
import { htmx } from "./htmx.js";
import "htmx-ext-sse";
import { Idiomorph } from "idiomorph";

// idiomorph's own extension is made for script tags; this is the part we need of it.
htmx.defineExtension("morph", {
  isInlineSwap: (style) => style.startsWith("morph"),
  handleSwap(style, target, fragment) {
    if (!style.startsWith("morph")) return false;
    const inner = style === "morph:innerHTML";
    const content = inner || fragment.children.length !== 1 ? fragment.children : fragment.firstElementChild;
    return Idiomorph.morph(target, content, {
      morphStyle: inner ? "innerHTML" : "outerHTML",
      ignoreActiveValue: true,
      // What somebody has opened stays open, whatever the page was made with.
      callbacks: {
        beforeAttributeUpdated: (name, node) => name !== "open" || !node.matches("details, dialog"),
      },
    });
  },
});

const token = document.querySelector('meta[name="form-token"]')?.content;

document.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-Form-Token"] = token;
});

// Say something for a moment, to eyes and screen readers.
export function say(words, look = "") {
  const place = document.getElementById("said");
  if (!place || !words) return;
  const note = document.createElement("p");
  note.className = `note ${look}`;
  note.textContent = words;
  place.replaceChildren(note);
  setTimeout(() => note.remove(), 8000);
}

document.addEventListener("htmx:sendError", () => say(document.body.dataset.unsaved, "bad"));
document.addEventListener("htmx:responseError", () => say(document.body.dataset.failed, "bad"));
// An answer may name what to say: HX-Trigger: {"said": "Moved to No 48"}
document.addEventListener("said", (event) => say(event.detail.value));

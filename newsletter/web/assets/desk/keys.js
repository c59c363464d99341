// Keys of a page: an element says data-key="n" (one letter: only while no field has the
// focus, and only if its owner leaves such keys on) or data-key="alt+p". It is pressed, or
// gets the focus if it is a field. "?" opens the dialog with id "keys".
const single = document.body?.dataset.keys === "on";
const fields = "input, textarea, select, [contenteditable]";

function name(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  // A letter held with Alt may type a sign of its own: then its place on the board tells.
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  parts.push(event.altKey && (letter || digit) ? letter || digit : event.key.toLowerCase());
  return parts.join("+");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const pressed = name(event);
  const plain = !pressed.includes("+") || pressed === "+";
  if (plain && (!single || event.target.closest?.(fields))) return;
  if (document.querySelector("dialog[open]") && plain) return;
  const found = document.querySelector(`[data-key~="${CSS.escape(pressed)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("dialog")) found.showModal();
  else if (found.matches(fields)) found.focus();
  else found.click();
});

// Paste anywhere on the desk, outside fields: a link goes straight to the paste bar's form.
const fields = "input, textarea, select, [contenteditable]";

document.addEventListener("paste", (event) => {
  const form = document.getElementById("paste");
  if (!form || event.target.closest?.(fields) || document.querySelector("dialog[open]")) return;
  const said = event.clipboardData?.getData("text/plain").trim();
  if (!said) return;
  event.preventDefault();
  form.elements.what.value = said.slice(0, 5000);
  // A link is saved at once; other words may have been meant for something else.
  if (/^https?:\/\/\S+$/i.test(said)) form.requestSubmit();
  else form.elements.what.focus();
});

// Where some words lead: asked in a dialog of the page.
const SCHEMES = /^(https?|mailto):/i;

// Return the whole address of what was typed, or "" when readers could not open it.
export function whole(typed) {
  const text = typed.trim();
  if (!text || /\s/.test(text)) return "";
  if (/^[^@\s:/]+@[^@\s/]+\.[a-z]{2,}$/i.test(text)) return `mailto:${text}`;
  const guess = SCHEMES.test(text) ? text : /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text) ? "" : `https://${text}`;
  try {
    const url = new URL(guess);
    if (url.protocol === "mailto:") return guess;
    return url.hostname.includes(".") || url.hostname === "localhost" ? guess : "";
  } catch {
    return "";
  }
}

export function ask(editor) {
  const dialog = document.getElementById("linking");
  const field = dialog.querySelector("input");
  const error = dialog.querySelector(".error");
  field.value = editor.getAttributes("link").href || "";
  error.hidden = true;
  field.removeAttribute("aria-invalid");
  dialog.onsubmit = (event) => {
    const wish = event.submitter?.value || "set";
    const url = whole(field.value);
    if (wish === "set" && !url) {
      event.preventDefault();
      error.hidden = false;
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
    dialog.returnValue = wish;
  };
  dialog.onclose = () => {
    const chain = editor.chain().focus();
    if (dialog.returnValue === "remove") chain.extendMarkRange("link").unsetLink().run();
    else if (dialog.returnValue === "set") linked(editor, chain, whole(field.value));
    else chain.run();
    dialog.returnValue = "";
  };
  dialog.showModal();
  field.select();
  return true;
}

function linked(editor, chain, href) {
  if (!href) return;
  const empty = editor.state.selection.empty && !editor.isActive("link");
  if (empty) chain.insertContent({ type: "text", text: href.replace(/^mailto:/, ""), marks: [{ type: "link", attrs: { href } }] }).run();
  else chain.extendMarkRange("link").setLink({ href }).run();
}

// <button data-copies="id"> puts what that element holds on the clipboard and says so.
// Without this script the sheet hides such buttons; people select the words themselves.
import { say } from "./requests.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copies);
  if (!source) return;
  const words = "value" in source ? source.value : source.textContent;
  try {
    await navigator.clipboard.writeText(words);
    say(button.dataset.said, "ok");
  } catch {
    // No leave to use the clipboard, or no https: then the words are marked instead.
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
  }
});

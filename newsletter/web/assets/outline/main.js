// The outline of an issue: what its menus and tables of contents need, and reordering.
import "./reorder.js";

// A menu closes when something in it was chosen.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[popover] button[form], [popover] a");
  chosen?.closest("[popover]").hidePopover();
});

// Which language a narrow window shows: at once, without asking the server.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-alone]");
  const table = link?.matches("a") && document.querySelector("table.matrix");
  if (!table) return;
  event.preventDefault();
  table.dataset.alone = link.dataset.alone;
  for (const other of link.parentElement.children) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
});

// htmx does not see buttons that stand outside of the form they belong to.
document.addEventListener("htmx:configRequest", (event) => {
  const button = event.detail.triggeringEvent?.submitter;
  if (button?.name) event.detail.parameters[button.name] = button.value;
});

// What was done is read aloud: it came with the outline, which nobody announces. Moves
// have said where to already.
document.addEventListener("htmx:afterSwap", (event) => {
  const { requestConfig, xhr } = event.detail;
  const moved = requestConfig?.path.endsWith("/order") && xhr.status === 200;
  const said = document.querySelector(".outcome p");
  if (said && requestConfig?.verb === "post" && !moved) {
    document.getElementById("moves").textContent = said.textContent;
  }
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-dismiss]");
  if (!closer) return;
  event.preventDefault();
  closer.closest(".note").remove();
});

// The people of a list: how many are ticked, all of a page at once; a file that is dropped
// on the page of imports. Boxes and buttons work without it.
function ticked(form) {
  return form.querySelectorAll('input[name="id"]:checked').length;
}

function tell(form) {
  const place = form.querySelector("[data-ticked]");
  const all = form.querySelector("[data-tick-all]");
  const many = ticked(form);
  if (place) place.textContent = many ? place.dataset.some.replace("{n}", many) : place.dataset.none;
  if (all) {
    const boxes = form.querySelectorAll('input[name="id"]').length;
    all.hidden = false;
    all.checked = many > 0 && many === boxes;
    all.indeterminate = many > 0 && many < boxes;
  }
}

function begin() {
  for (const form of document.querySelectorAll("form[data-ticks]")) tell(form);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-ticks]");
  if (!form) return;
  if (event.target.matches("[data-tick-all]")) {
    for (const box of form.querySelectorAll('input[name="id"]')) box.checked = event.target.checked;
  }
  tell(form);
});
document.addEventListener("htmx:afterSettle", begin);

for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => {
    const place = event.target.closest?.("[data-drop]");
    if (!place) return;
    place.classList.toggle("over", over);
    event.preventDefault();
    if (name === "drop" && event.dataTransfer.files.length) {
      place.querySelector('input[type="file"]').files = event.dataTransfer.files;
    }
  });
}

begin();

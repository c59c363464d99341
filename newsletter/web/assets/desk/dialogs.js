// <button data-opens="id"> opens a dialog; <button data-closes> inside closes it. The
// focus goes back to the opener by itself: that is what <dialog> does.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens)?.showModal();
    event.preventDefault();
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    closer.closest("dialog")?.close();
    event.preventDefault();
  }
});

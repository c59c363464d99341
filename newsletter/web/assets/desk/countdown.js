// Counts down the seconds in which an issue can be taken back. Without this script the
// page says them too, each time it fetches itself again.
const clock = document.querySelector("[data-leaves-in]");
if (clock) {
  const end = Date.now() + Number(clock.dataset.leavesIn) * 1000;
  setInterval(() => {
    clock.textContent = Math.max(Math.round((end - Date.now()) / 1000), 0);
  }, 1000);
}

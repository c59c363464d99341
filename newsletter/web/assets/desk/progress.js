// An issue on its way. The server tells as it happens; where no such line holds, the page
// asks every five seconds. The window's title counts, a screen reader hears each quarter.
import { htmx } from "./htmx.js";

const live = document.querySelector("[data-progress]");
const patience = 20000; // ms without news after which a line is not trusted

if (live) {
  const address = live.dataset.progress;
  let asking = !("EventSource" in window);
  let heard = Date.now();
  let over = false;
  let quarter = null;

  const shown = () => {
    const state = live.querySelector("[data-percent]");
    if (!state) return;
    heard = Date.now();
    document.title = `${state.dataset.title} · ${live.dataset.place}`;
    const reached = Math.floor(Number(state.dataset.percent) / 25);
    const voice = document.getElementById("milestone");
    if (quarter !== null && reached > quarter && voice) voice.textContent = state.dataset.said;
    quarter = reached;
    over = state.dataset.changing !== "yes";
  };

  const ask = async () => {
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (answer.redirected) location.reload();
      if (!answer.ok || answer.redirected) return;
      htmx.swap(live, await answer.text(), { swapStyle: "morph:innerHTML" }, { contextElement: live });
      shown();
    } catch {
      // No network: the next look may have one, and what is shown stays.
    }
  };

  live.addEventListener("htmx:sseOpen", (event) => {
    asking = false;
    live.dataset.line = "open";
    event.detail.source.addEventListener("gone", () => location.reload());
  });
  live.addEventListener("htmx:sseError", () => {
    asking = true;
    live.dataset.line = "cut";
  });
  live.addEventListener("htmx:sseMessage", shown);
  shown();
  const clock = setInterval(() => {
    if (over) clearInterval(clock);
    else if (asking || Date.now() - heard > patience) ask();
  }, 5000);
}

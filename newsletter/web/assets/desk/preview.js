// The letter on the page that checks it: languages that scroll together, item by item, and
// a voice that reads the text.

// Where a frame has been scrolled to: which item, and how far into it.
function place(view) {
  const anchors = marks(view);
  const top = view.scrollY;
  let index = anchors.findLastIndex((at) => at <= top + 1);
  if (index < 0) index = 0;
  const start = anchors[index];
  const end = anchors[index + 1] ?? start + 1;
  return { index, part: Math.min(Math.max((top - start) / Math.max(end - start, 1), 0), 1) };
}

function marks(view) {
  const found = [...view.document.querySelectorAll("[id^='i']")]
    .filter((mark) => /^i\d+$/.test(mark.id))
    .map((mark) => mark.getBoundingClientRect().top + view.scrollY);
  const bottom = Math.max(view.document.documentElement.scrollHeight - view.innerHeight, 1);
  return [0, ...found.filter((at) => at > 0 && at < bottom), bottom].sort((a, b) => a - b);
}

function follow(view, { index, part }) {
  const anchors = marks(view);
  const start = anchors[Math.min(index, anchors.length - 1)];
  const end = anchors[Math.min(index + 1, anchors.length - 1)];
  view.scrollTo({ top: start + (end - start) * part, behavior: "instant" });
}

let leading = null;

function couple(frame) {
  const view = frame.contentWindow;
  view.addEventListener("scroll", () => {
    const frames = frame.closest("[data-frames]");
    if (!frames || (leading && leading !== frame)) return;
    leading = frame;
    const at = place(view);
    for (const other of frames.querySelectorAll("iframe")) {
      if (other !== frame && other.contentDocument?.body) follow(other.contentWindow, at);
    }
    clearTimeout(frame.rests);
    frame.rests = setTimeout(() => (leading = null), 150);
  });
}

function listenTo(frames) {
  if (!frames.classList.contains("all")) return;
  for (const frame of frames.querySelectorAll("iframe")) {
    frame.loading = "eager";
    frame.addEventListener("load", () => couple(frame));
    if (frame.contentDocument?.readyState === "complete") couple(frame);
  }
}

const speech = window.speechSynthesis;

function voiceFor(language) {
  const base = language.split("-")[0];
  return speech.getVoices().find((voice) => voice.lang.replace("_", "-").split("-")[0] === base);
}

function offerVoice(listen) {
  if (speech && voiceFor(listen.dataset.language)) listen.hidden = false;
}

async function read(listen, button) {
  const answer = await fetch(listen.dataset.listens);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const paragraphs = (page.querySelector("pre")?.textContent ?? "").split(/\n{2,}/);
  button.dataset.say = button.textContent;
  button.textContent = button.dataset.stop;
  const said = paragraphs
    .map((words) => words.replace(/https?:\S+/g, "").replace(/[-=_*]{3,}/g, "").trim())
    .filter(Boolean)
    .map((words) => {
      const part = new SpeechSynthesisUtterance(words);
      part.lang = listen.dataset.language;
      part.voice = voiceFor(listen.dataset.language);
      return part;
    });
  if (!said.length) return rest(button);
  said.at(-1).addEventListener("end", () => rest(button));
  for (const part of said) speech.speak(part);
}

function rest(button) {
  if (button.dataset.say) button.textContent = button.dataset.say;
  delete button.dataset.say;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-listen]");
  if (!button) return;
  if (speech.speaking || speech.pending) {
    speech.cancel();
    rest(button);
  } else {
    read(button.closest("[data-listens]"), button);
  }
});

function begin() {
  document.querySelectorAll("[data-frames]").forEach(listenTo);
  document.querySelectorAll("[data-listens]").forEach(offerVoice);
}

begin();
document.addEventListener("htmx:afterSettle", (event) => {
  if (document.getElementById("preview") && event.detail.elt?.id === "preview") {
    speech?.cancel();
    begin();
  }
});
speech?.addEventListener?.("voiceschanged", () => {
  document.querySelectorAll("[data-listens]").forEach(offerVoice);
});
addEventListener("pagehide", () => speech?.cancel());

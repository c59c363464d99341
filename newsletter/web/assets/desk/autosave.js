// Saves what is written in a cell: a moment after the last key, one request at a time. A
// copy lies in this browser before anything is sent, and goes when the server has it, so
// that neither a lost connection nor a closed window loses a word.
import { htmx } from "./htmx.js";
import { say } from "./requests.js";

const PAUSE = 800; // ms after the last key
const LONGEST_WAIT = 30_000;
const FORGOTTEN = 30 * 24 * 3600 * 1000; // a copy that nobody came back for

const live = new Set(); // forms whose words are not all saved, also those not shown any more

class Saver {
  constructor(form) {
    this.form = form;
    this.address = form.getAttribute("action");
    this.key = `words:${form.dataset.holder}:${this.address}`;
    this.version = form.elements.version.value;
    this.was = form.elements.was_ready.value;
    this.token = form.elements.form_token.value;
    this.again = form.hasAttribute("data-merges");
    this.since = 0;
    this.failures = 0;
    this.saved = this.read();
    this.sending = null;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed(0));
    form.addEventListener("focusout", () => this.dirty && this.soon(0));
    this.recover();
  }

  read() {
    const found = new URLSearchParams(new FormData(this.form));
    for (const name of ["form_token", "version", "was_ready"]) found.delete(name);
    return found.toString();
  }

  get dirty() {
    return (this.words ?? this.saved) !== this.saved;
  }

  changed(wait = PAUSE) {
    const words = this.read();
    if (words === this.words) return;
    this.words = words;
    if (!this.dirty) return;
    this.since ||= Date.now();
    this.remember();
    live.add(this);
    this.soon(wait);
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  remember() {
    const copy = { words: this.words, version: this.version, since: this.since, at: Date.now() };
    try {
      localStorage.setItem(this.key, JSON.stringify(copy));
    } catch {
      // Full or forbidden: then only the server keeps the words.
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // See remember.
    }
  }

  // What was written here and never arrived is put back, if nobody wrote meanwhile.
  recover() {
    const box = this.form.querySelector("[data-kept]");
    let copy = null;
    try {
      copy = JSON.parse(localStorage.getItem(this.key));
    } catch {
      return;
    }
    if (!copy || !box) return;
    const version = copy.version;
    if (copy.words === this.saved || Date.now() - copy.at > FORGOTTEN || this.again) return this.forget();
    const line = box.querySelector("p");
    const time = spent(copy.at - copy.since);
    const put = () => {
      this.fill(copy.words);
      this.since = copy.since;
      this.again = true;
      this.version = version;
      this.changed(0);
    };
    const same = version === this.version;
    line.textContent = (same ? line.dataset.put : line.dataset.ask).replace("{time}", time);
    box.hidden = false;
    const before = this.saved;
    const restore = box.querySelector("[data-restore]");
    restore.hidden = same;
    restore.addEventListener("click", () => {
      put();
      box.hidden = true;
    });
    box.querySelector("[data-forget]").addEventListener("click", () => {
      this.forget();
      box.hidden = true;
      if (same) {
        this.fill(before);
        this.changed(0);
      }
    });
    if (same) put();
  }

  fill(words) {
    const values = new URLSearchParams(words);
    for (const field of this.form.elements) {
      if (!field.name || ["form_token", "version", "was_ready"].includes(field.name)) continue;
      if (field.type === "checkbox") field.checked = values.has(field.name);
      else if (values.has(field.name)) field.value = values.get(field.name);
      field.dispatchEvent(new CustomEvent("filled", { bubbles: true }));
    }
  }

  // Resolves when all words are saved, or cannot be for now.
  async send() {
    clearTimeout(this.timer);
    if (this.sending) return this.sending.then(() => (this.dirty && !this.failures ? this.send() : null));
    if (!this.dirty || this.stopped) return null;
    this.sending = this.attempt().finally(() => (this.sending = null));
    await this.sending;
    if (this.dirty && !this.failures && !this.stopped) return this.send();
    return null;
  }

  async attempt() {
    // What went out and was not answered goes out again as it was: the server knows it then.
    const words = (this.failures && this.unanswered) || this.words;
    this.unanswered = words;
    this.chip(this.form.dataset.saving);
    const body = new URLSearchParams(words);
    body.set("version", this.version);
    body.set("was_ready", this.was);
    if (this.again || this.failures) body.set("again", "1");
    let answer;
    try {
      answer = await fetch(this.address, {
        method: "PATCH",
        body,
        headers: { "HX-Request": "true", "X-Form-Token": this.token },
        redirect: "manual",
        signal: AbortSignal.timeout(20_000),
      });
    } catch {
      return this.failed(this.form.dataset.offline);
    }
    return this.answered(answer, words);
  }

  async answered(answer, words) {
    if (answer.ok) return this.done(words, await answer.text());
    if (answer.status === 409) return this.clashed(await answer.text());
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      if (await this.refreshToken()) return this.failed(this.form.dataset.saving, 100);
      return this.failed(this.form.dataset.ended);
    }
    if (answer.status >= 500 || answer.status === 429) return this.failed(this.form.dataset.offline);
    this.stopped = true; // what the server will not take, it will not take again
    return this.chip(this.form.dataset.refused, "bad");
  }

  done(words, html) {
    this.failures = 0;
    this.again = false;
    this.unanswered = null;
    this.saved = words;
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const chip = holder.content.querySelector("#saved");
    if (chip?.dataset.version) {
      this.version = chip.dataset.version;
      this.was = chip.dataset.ready;
    }
    if (this.form.isConnected) {
      this.form.elements.version.value = this.version;
      this.form.elements.was_ready.value = this.was;
      this.chip(chip?.textContent);
    }
    const held = [...holder.content.querySelectorAll("template")].map((each) => each.content);
    for (const part of [holder.content, ...held].flatMap((all) => [...all.querySelectorAll("[hx-swap-oob]")])) {
      const old = document.getElementById(part.id);
      if (!old) continue;
      part.removeAttribute("hx-swap-oob");
      if (!this.form.isConnected) part.classList.remove("open");
      old.replaceWith(part);
      htmx.process(part);
    }
    if (this.dirty) return this.remember();
    this.since = 0;
    live.delete(this);
    return this.forget();
  }

  clashed(html) {
    this.stopped = true;
    live.delete(this);
    this.forget(); // the server keeps these words, as a version of their own
    if (!this.form.isConnected) return say(this.form.dataset.gone, "warn");
    const pane = document.getElementById("pane");
    htmx.swap(pane, html, { swapStyle: "innerHTML" });
    return null;
  }

  failed(words, wait = 0) {
    this.failures += 1;
    this.chip(words, wait ? "" : "bad");
    this.soon(wait || Math.min(1000 * 2 ** this.failures, LONGEST_WAIT));
  }

  // A page that was left open longer than its log-in: another window may have a new one.
  async refreshToken() {
    try {
      const page = await fetch(location.href, { redirect: "manual", signal: AbortSignal.timeout(20_000) });
      if (!page.ok) return false;
      const found = new DOMParser().parseFromString(await page.text(), "text/html");
      const token = found.querySelector('meta[name="form-token"]')?.content;
      if (!token || token === this.token) return false;
      this.token = token;
      document.querySelector('meta[name="form-token"]')?.setAttribute("content", token);
      for (const field of document.querySelectorAll('input[name="form_token"]')) field.value = token;
      return true;
    } catch {
      return false;
    }
  }

  chip(words, look = "") {
    const place = this.form.isConnected && document.getElementById("saved");
    if (!place || !words) return;
    place.className = `saved ${look}`;
    place.textContent = words;
  }
}

function spent(ms) {
  const minutes = Math.round(ms / 60_000);
  const [count, unit] = minutes < 1 ? [Math.max(1, Math.round(ms / 1000)), "second"] : [minutes, "minute"];
  const style = { style: "unit", unit, unitDisplay: "long" };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(count);
}

const savers = new WeakMap();

function start() {
  const form = document.querySelector("form#words");
  if (!form || savers.has(form) || form.querySelector("fieldset:disabled")) return;
  form.dispatchEvent(new CustomEvent("words:ready", { bubbles: true }));
  savers.set(form, new Saver(form));
}

document.addEventListener("DOMContentLoaded", start);
document.addEventListener("htmx:load", start);
window.addEventListener("online", () => live.forEach((each) => each.soon(0)));
window.addEventListener("beforeunload", (event) => {
  if ([...live].some((each) => each.dirty && !each.stopped)) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") live.forEach((each) => each.send());
});

// Whatever is asked for from the page waits for words on their way: a button sends the
// version that the last save made.
document.addEventListener("htmx:confirm", (event) => {
  const form = document.querySelector("form#words");
  const saver = form && savers.get(form);
  if (!saver?.dirty && !saver?.sending) return;
  if (!event.detail.elt.closest("#pane, .matrix")) return;
  event.preventDefault();
  const patience = new Promise((go) => setTimeout(go, 3000));
  Promise.race([saver.send(), patience]).then(() => {
    if (!saver.stopped) event.detail.issueRequest(true);
  });
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
  const form = document.querySelector("form#words");
  const saver = form && savers.get(form);
  if (!saver) return;
  event.preventDefault();
  if (saver.dirty) saver.send();
  else say(document.getElementById("saved")?.textContent || form.dataset.already);
});

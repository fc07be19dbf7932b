"use strict";
// Keys, the live list, filters as one types. Every page works without.

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);

function step(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
}

// When "g" was pressed, by the event's own time: a busy page may hear of the next key late.
let gone = -Infinity;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    if (event.target.type !== "checkbox") return;
  }
  const keys = document.getElementById("keys");
  if (event.key === "?" && keys) {
    if (keys.open) keys.close(); else keys.showModal();
    event.preventDefault();
    return;
  }
  if (keys && keys.open) return;
  if (event.timeStamp - gone < 1500) {
    gone = -Infinity;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
      return;
    }
  }
  // What a page has keys of its own for.
  const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (own) {
    event.preventDefault();
    // One that is held says one thing of one page.
    if (!event.repeat) own.click();
    return;
  }
  switch (event.key) {
    case "g": gone = event.timeStamp; return;
    case "j": step(1); break;
    case "k": step(-1); break;
    case "/": document.getElementById("search")?.focus(); break;
    case "u": document.querySelector("[data-up]")?.click(); break;
    case "p": document.getElementById("hold")?.click(); break;
    default: return;
  }
  event.preventDefault();
});

// A label is given or taken back once, however often somebody presses before the next page is there.
for (const form of document.querySelectorAll(".labels, .undo")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.isSent !== undefined) event.preventDefault();
    form.dataset.isSent = "";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-is-sent]")) delete form.dataset.isSent;
});

// The way up leads to the list as it was asked for last, with its words and conditions.
sessionStorage.setItem(`list ${location.pathname}`, location.search);
for (const up of document.querySelectorAll("a[data-up]")) {
  up.search = sessionStorage.getItem(`list ${up.pathname}`) ?? "";
}

// The keys, by pointer.
const showKeys = document.getElementById("show-keys");
if (showKeys) {
  showKeys.hidden = false;
  showKeys.addEventListener("click", () => document.getElementById("keys").showModal());
}

// A file is read into the field that is sent.
for (const file of document.querySelectorAll("input[data-into]")) {
  file.closest("label").hidden = false;
  file.addEventListener("change", async () => {
    if (file.files.length > 0) document.getElementById(file.dataset.into).value = await file.files[0].text();
  });
}

// A choice that a form asks again with.
for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// The live list: goes on where the page ended, holds when asked, and comes back by itself after a break.
const live = document.getElementById("live");
if (live) {
  const state = document.getElementById("live-state");
  const hold = document.getElementById("hold");
  const MAX_ROWS = 200;
  let after = live.dataset.after;
  let source = null;
  let waiting = [];
  // How many came while the list was held; no more of them wait than it shows.
  let missed = 0;
  let pause = 1000;

  const path = (event) => {
    const part = (text) => encodeURIComponent(text ?? "");
    switch (event.type.split(".")[1]) {
      case "article": case "withdrawal": return `/articles/${part(event.data.article)}`;
      case "story": return `/stories/${part(event.data.story)}`;
      case "health": return `/feeds/${part(event.data.feed?.id)}`;
      default: return `/rejects/${part(event.sequence)}`;
    }
  };
  const words = (word) => (word ?? "").replaceAll("_", " ");
  const address = (url) => (url ?? "").replace(/^https:\/\//, "");
  const host = (url) => (URL.canParse(url ?? "") ? new URL(url).hostname.replace(/^www\./, "") : "");
  const about = (kind, data) => {
    const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
    switch (kind) {
      case "article": return [data.title, host(data.url)];
      case "withdrawal": return [address(data.url), words(data.reason)];
      case "story": return [data.title, `${plural(data.article_count, "article")}, ${plural(data.origin_count, "source")}`];
      case "health": return [data.feed?.name ?? address(data.feed?.url), words(data.kind)];
      default: return [data.entry?.title ?? address(data.url), [words(data.reason), host(data.url)].filter(Boolean).join(" · ")];
    }
  };
  // What misleads without being markup is shown as what it is, as the server does.
  const rightToLeft = /[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
  const code = (mark) => `⟨U+${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  const implicit = (text) => (rightToLeft.test(text) ? text : text.replace(/[\u200e\u200f\u061c]/g, code));
  const visible = (text) => implicit(text.slice(0, 300)).replace(/([\p{Mn}\p{Me}]{4})([\p{Mn}\p{Me}]+)/gu,
    (_, shown, others) => `${shown}⟨+${[...others].length} marks⟩`).replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (mark) => (/\s/.test(mark) ? " " : code(mark)));
  const row = (event) => {
    const kind = event.type.split(".")[1];
    const item = document.createElement("li");
    item.className = "new";
    const chip = document.createElement("span");
    chip.className = `chip kind ${kind}`;
    chip.textContent = kind;
    const link = document.createElement("a");
    link.href = path(event);
    link.dataset.row = "";
    const [first, detail] = about(kind, event.data);
    const text = document.createElement("bdi");
    text.textContent = visible(first || "(without a title)");
    link.append(text);
    if (detail) {
      const more = document.createElement("bdi");
      more.className = "soft";
      more.textContent = visible(detail);
      link.append(" ", more);
    }
    const when = document.createElement("span");
    when.className = "soft";
    const time = document.createElement("time");
    time.dateTime = event.time;
    const moment = new Date(event.time);
    time.textContent = moment.toLocaleString("en-GB", { timeZone: "UTC", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).replace(",", "");
    when.append(time);
    item.append(chip, link, when);
    return item;
  };
  const held = () => hold.getAttribute("aria-pressed") === "true";
  const say = (text) => { if (state.textContent !== text) state.textContent = text; };
  const show = () => {
    document.getElementById("live-empty")?.remove();
    for (const event of waiting) live.prepend(row(event));
    waiting = [];
    missed = 0;
    while (live.children.length > MAX_ROWS) live.lastElementChild.remove();
  };
  const take = (message) => {
    after = message.lastEventId || after;
    waiting.push(JSON.parse(message.data));
    missed += 1;
    if (waiting.length > MAX_ROWS) waiting.shift();
    if (held()) say(`Paused; ${missed} more`); else show();
  };
  const follow = () => {
    source = new EventSource(`${live.dataset.stream}&after=${encodeURIComponent(after)}`);
    source.onopen = () => { pause = 1000; if (!held()) say("Live"); };
    for (const kind of ["article", "withdrawal", "reject", "health", "story"]) source.addEventListener(kind, take);
    source.onerror = () => {
      say("The connection broke; it is tried again");
      // A browser gives up where the answer is no stream, as while a daemon starts.
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(follow, pause);
      pause = Math.min(pause * 2, 30000);
    };
  };
  hold.hidden = false;
  hold.addEventListener("click", () => {
    const pressed = !held();
    hold.setAttribute("aria-pressed", String(pressed));
    hold.textContent = pressed ? "Resume" : "Pause";
    if (pressed) { say("Paused"); } else { show(); say("Live"); }
  });
  follow();
}

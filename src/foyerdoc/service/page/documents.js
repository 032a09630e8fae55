// The list of documents, and files on their way into it.

import { byId, make, say, sureness } from "./building.js";
import { ask, place, state, upload } from "./service.js";
import { t } from "./words.js";

const STEP = 50;
const rows = new Map(); // by document: its row, and what it was made of
let timer = 0;
let pages = 1;

export function startDocuments(failed) {
  const drop = byId("drop");
  const take = (files) => [...files].forEach((file) => send(file, failed));
  byId("files").addEventListener("change", (event) => {
    take(event.target.files);
    event.target.value = "";
  });
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files);
    });
  }
  byId("more").addEventListener("click", () => {
    pages += 1;
    show(failed);
  });
}

/** Show the list, and go on while something is being worked on and the list is seen. */
export async function show(failed, anew = false) {
  clearTimeout(timer);
  if (anew) {
    rows.clear();
    pages = 1;
    byId("list").tBodies[0].replaceChildren();
  }
  if (!state.collection) return;
  let found = [];
  let next = 0;
  try {
    for (let page = 0; page < pages && next !== null; page += 1) {
      const answer = await (await ask(`${place("documents")}?limit=${STEP}&after=${next}`)).json();
      found = found.concat(answer.documents);
      next = answer.next;
    }
  } catch (error) {
    if (error.status !== 404) return failed(error);
    next = null;
  }
  draw(found, failed);
  byId("more").hidden = next === null;
  clearTimeout(timer); // several files that are sent at once begin several rounds
  if (found.some((one) => one.state === "queued") && !byId("documents").hidden) timer = setTimeout(() => show(failed), 700);
}

export function rest() {
  clearTimeout(timer);
}

function draw(found, failed) {
  const body = byId("list").tBodies[0];
  const here = new Set(found.map((one) => one.id));
  for (const [id, row] of rows) {
    if (!here.has(id)) {
      row.element.remove();
      rows.delete(id);
    }
  }
  for (const one of found) {
    // A row that says the same stays, and with it what has the focus.
    const made = JSON.stringify([one, document.documentElement.lang]);
    const older = rows.get(one.id);
    if (older?.made === made) continue;
    const element = row(one, failed);
    if (older) older.element.replaceWith(element);
    else body.append(element);
    rows.set(one.id, { element, made });
  }
  byId("list").hidden = !found.length;
  byId("empty").hidden = Boolean(found.length);
}

function row(one, failed) {
  const working = one.job && ["queued", "running"].includes(one.job.state);
  const label = one.label?.length ? make("span", {}, one.label.join(" / ")) : one.label ? make("span.tag.open", {}, t("openLabel")) : "";
  return make(
    "tr",
    {},
    make("td.name", {}, make("a", { href: `#/document/${one.id}` }, one.name)),
    make("td", {}, label),
    make("td.sure", {}, one.label ? sureness(one.confidence, t("notScored")) : ""),
    make("td", {}, working ? progress(one.job) : make("span.tag", { className: `tag ${one.state}` }, t(one.state)), reason(one)),
    make("td", {}, ...actions(one, working, failed)),
  );
}

function progress(job) {
  const words = job.state === "running" ? t(job.stage) : t("queued");
  return make("span", {}, make("progress", { max: 1, value: job.progress, "aria-label": words }), ` ${words}`);
}

function reason(one) {
  return one.job?.error ? make("span.problem", {}, ` ${one.job.error.message}`) : null;
}

function actions(one, working, failed) {
  const act = (name, todo) =>
    make("button", { type: "button", "aria-label": `${t(name)}: ${one.name}`, onclick: () => todo().then(() => show(failed), failed) }, t(name));
  if (working) return [act("cancel", () => ask(place("jobs", one.job.id), { method: "DELETE" }))];
  const made = [];
  if (one.state !== "ready") made.push(act("again", () => ask(place("documents", one.id, "jobs"), { method: "POST" })), " ");
  made.push(
    act("remove", async () => {
      if (!window.confirm(t("sureRemove", one.name))) return;
      await ask(place("documents", one.id), { method: "DELETE" });
      say(t("removed", one.name));
    }),
  );
  return made;
}

async function send(file, failed) {
  if (!state.collection) return say(t("chooseCollection"));
  const bar = make("progress", { max: 1, value: 0, "aria-label": file.name });
  const words = make("span", {}, t("uploading"));
  const line = make("li", {}, make("span", {}, file.name), bar, words);
  byId("uploads").append(line);
  // Said before anything is sent: a browser that is refused half-way tells the page nothing.
  if (file.size > state.uploadBytes) return refuse(bar, words, t("tooLarge", Math.floor(state.uploadBytes / 1e6)));
  try {
    const { isNew } = await upload(file, (share) => (bar.value = share));
    bar.value = 1;
    words.textContent = t(isNew ? "sent" : "there");
    setTimeout(() => line.remove(), 4000);
    show(failed);
  } catch (error) {
    refuse(bar, words, error.status ? `${error.message} (${error.hint})` : t("lost"));
    if (error.status === 401) failed(error);
  }
}

function refuse(bar, words, reason) {
  bar.remove();
  words.className = "problem";
  words.textContent = reason;
}

// The page as a whole: who asks, which collection, which view. The address after # names the view, so that going back works.

import { byId, make, say } from "./building.js";
import { leave, open, redraw, startDocument } from "./document.js";
import { rest, show, startDocuments } from "./documents.js";
import { ask, place, save, setCollection, setKey, state } from "./service.js";
import { forget, quoteOf, startTalk } from "./talk.js";
import { speak, t } from "./words.js";

const VIEWS = ["sign-in", "documents", "document", "ask", "review"];

function failed(error) {
  if (error.status === 401) {
    setKey(null);
    byId("key-problem").textContent = t("badKey");
    return go();
  }
  say(error.status ? `${error.message} (${error.hint})` : t("lost"));
}

async function go() {
  const [, view = "documents", id, quote] = location.hash.split("/");
  const wanted = state.key ? (VIEWS.includes(view) && view !== "sign-in" ? view : "documents") : "sign-in";
  for (const name of VIEWS) byId(name).hidden = name !== wanted;
  for (const link of document.querySelectorAll("header nav a")) {
    const current = link.hash === `#/${wanted === "document" ? "documents" : wanted}`;
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("leave").hidden = document.querySelector("header nav").hidden = !state.key;
  rest();
  if (wanted !== "document") leave();
  try {
    if (wanted === "documents") await show(failed);
    if (wanted === "document") await open(id, quote ? quoteOf(quote) : null);
  } catch (error) {
    failed(error);
  }
  document.title = `${byId(`${wanted}-title`).textContent} – foyerdoc`;
  (wanted === "sign-in" ? byId("key") : byId(`${wanted}-title`)).focus({ preventScroll: true });
}

async function enter() {
  const seen = await (await ask("/v1/collections")).json();
  state.uploadBytes = seen.upload_bytes;
  byId("collections").replaceChildren(...seen.collections.map((one) => make("option", { value: one.name })));
  if (!state.collection) setCollection(seen.collections[0]?.name ?? "");
  byId("collection").value = state.collection;
}

byId("key-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  setKey(byId("key").value.trim());
  byId("key").value = "";
  byId("key-problem").textContent = "";
  try {
    await enter();
    await go();
  } catch (error) {
    failed(error);
  }
});

byId("leave").addEventListener("click", () => {
  setKey(null);
  setCollection("");
  forget();
  location.hash = "#/documents";
  location.reload();
});

byId("collection").addEventListener("change", (event) => {
  if (!event.target.validity.valid) return;
  setCollection(event.target.value);
  forget();
  show(failed, true);
  if (location.hash.startsWith("#/document/")) location.hash = "#/documents";
});

byId("language").addEventListener("change", (event) => {
  localStorage.setItem("foyerdoc.language", speak(event.target.value));
  redraw();
  if (!byId("documents").hidden) show(failed);
});

byId("make-review").addEventListener("click", async () => {
  try {
    const made = await (await ask(place("review"), { method: "POST" })).json();
    // Without an opener the tab gets no copy of the key. Where a browser opens nothing, the link is there.
    const link = make("a", { href: made.url, target: "_blank", rel: "noopener" }, t("makeReview"));
    byId("review-link").replaceChildren(link);
    link.click();
    say(t("reviewMade", made.items));
  } catch (error) {
    failed(error);
  }
});

byId("gold-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  try {
    say(t("goldTaken", (await (await ask(place("gold"), { method: "POST", body: file })).json()).taken));
  } catch (error) {
    failed(error);
  }
});

byId("save-gold").addEventListener("click", () =>
  ask(place("gold"))
    .then((response) => save(response, `${state.collection}-gold.jsonl`))
    .catch(failed),
);

const wanted = localStorage.getItem("foyerdoc.language") ?? navigator.language.slice(0, 2);
byId("language").value = speak(wanted);
startDocuments(failed);
startDocument(failed);
startTalk(failed);
addEventListener("hashchange", go);
if (state.key) enter().then(go, failed);
else go();

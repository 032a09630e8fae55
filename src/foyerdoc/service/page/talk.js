// Questions: provisional text as it comes, then the answer, whose citations open the page that they stand on.

import { byId, make } from "./building.js";
import { ask, events, place, state } from "./service.js";
import { t } from "./words.js";

const MARK = /\[(\d+)\]/g;
let history = [];
let cited = new Map(); // by number of the link: where the quote stands

export function startTalk(failed) {
  byId("ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const question = byId("question").value.trim();
    if (!question || !state.collection) return;
    byId("question").value = "";
    const kind = new FormData(event.target).get("kind");
    byId("talk").append(make("div.asked", {}, question));
    const box = make("div.answered.provisional", { "aria-busy": "true" }, make("p", {}, t("searching")));
    byId("talk").append(box);
    box.scrollIntoView({ block: "end" });
    (kind === "ask" ? answer(question, box) : passages(question, box)).catch((error) => {
      box.replaceChildren(make("p.problem", {}, error.status ? `${error.message} (${error.hint})` : t("lost")));
      if (error.status === 401) failed(error);
    }).finally(() => {
      box.removeAttribute("aria-busy");
      box.classList.remove("provisional");
      box.scrollIntoView({ block: "nearest" });
    });
  });
  byId("anew").addEventListener("click", forget);
}

export function forget() {
  history = [];
  cited = new Map();
  byId("talk").replaceChildren();
}

/** Where the quote of a link stands. */
export function quoteOf(number) {
  return cited.get(Number(number)) ?? null;
}

async function answer(question, box) {
  const response = await ask(place("ask"), { method: "POST", json: { question, history: history.slice(-20), stream: true } });
  let text = "";
  for await (const [name, data] of events(response)) {
    if (name === "text") {
      text += data.text;
      box.firstChild.textContent = text;
    } else if (name === "answer") {
      whole(data, box);
      history.push({ role: "user", content: question }, { role: "assistant", content: data.text });
    } else {
      throw Object.assign(new Error(data.title), { status: data.status, hint: data.hint });
    }
  }
}

function whole(data, box) {
  const links = new Map(data.citations.map((one) => [one.number, link(one)]));
  const parts = data.text.split(MARK).map((part, i) => {
    if (i % 2 === 0) return part;
    const address = links.get(Number(part));
    return address ? make("button.cite", { type: "button", "aria-label": t("source", part, ""), onclick: () => (location.hash = address) }, `[${part}]`) : `[${part}]`;
  });
  const sources = data.citations.map((one) =>
    make(
      "li",
      {},
      make(
        "button",
        { type: "button", onclick: () => (location.hash = links.get(one.number)) },
        `[${one.number}] ${one.document_name}${one.page ? `, ${t("page", one.page)}` : ""} `,
        make("q", {}, one.quote.replace(/\s+/g, " ")),
        one.verified ? null : make("span.problem", {}, ` ${t("unverified")}`),
      ),
    ),
  );
  box.replaceChildren(make("p", {}, ...parts), make("ol", {}, ...sources));
}

async function passages(query, box) {
  const { hits } = await (await ask(place("search"), { method: "POST", json: { query, k: 8 } })).json();
  const found = hits.map(({ chunk, document_name: name }) => {
    const address = link({ document_id: chunk.document_id, document_name: name, span: chunk.span, page: chunk.pages[0] ?? null, boxes: [] });
    const where = chunk.pages.length ? `${name}, ${t("page", chunk.pages[0])}` : name;
    return make("li", {}, make("button", { type: "button", onclick: () => (location.hash = address) }, `${where} `, make("q", {}, chunk.text.replace(/\s+/g, " ").slice(0, 240))));
  });
  box.replaceChildren(found.length ? make("ol", {}, ...found) : make("p", {}, t("nothingFound")));
}

function link(citation) {
  const number = cited.size + 1;
  cited.set(number, { name: citation.document_name, ...citation.span, page: citation.page, boxes: citation.boxes });
  return `#/document/${citation.document_id}/${number}`;
}

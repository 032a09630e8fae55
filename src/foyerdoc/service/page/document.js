// One document: its pages with boxes over what was extracted, its fields beside them, and what is wrong said right.

import { byId, make, say, sureness } from "./building.js";
import { ask, place, save } from "./service.js";
import { t } from "./words.js";

let shown = null; // { id, detail, points, judged, labels, quote }
let pictures = [];
let drawn = null;
let turn = 0; // what was asked for before the last opening is not shown any more

export function startDocument(failed) {
  byId("as-pages").addEventListener("click", () => view("pages"));
  byId("as-text").addEventListener("click", () => view("text"));
  byId("save").addEventListener("click", () =>
    ask(place("documents", shown.id, "file"))
      .then((response) => save(response, shown.detail.name))
      .catch(failed),
  );
  startDocument.failed = failed;
}

/** Open a document; `quote` is { start, end, page, boxes } of what is to be seen at once. */
export async function open(id, quote = null) {
  leave();
  const mine = turn;
  const text = ask(place("documents", id, "text")).then((response) => response.text(), () => "");
  // An attachment has no entry of its own: its text is there.
  const detail = await ask(place("documents", id)).then((response) => response.json(), (error) => {
    if (error.status === 404) return { id, name: quote?.name ?? "", result: null, state: "ready" };
    throw error;
  });
  const judged = await ask(place("documents", id, "judgements")).then((response) => response.json(), () => ({ judgements: [] }));
  const labels = await (await ask("/v1/labels")).json();
  const points = Array.from(await text);
  if (mine !== turn) return;
  shown = { id, detail, points, judged: judged.judgements, labels: labels.labels, quote };
  draw();
}

/** Write everything again, in another language. */
export function redraw() {
  if (shown) draw();
}

/** Let go of the pictures. */
export function leave() {
  turn += 1;
  drawn?.disconnect();
  pictures.forEach((address) => URL.revokeObjectURL(address));
  pictures = [];
  shown = null;
}

function draw() {
  const { detail, quote } = shown;
  const result = detail.result ?? {};
  byId("document-title").textContent = detail.name;
  byId("save").hidden = !detail.result;
  drawLabel(result.prediction);
  drawFields(result.extraction);
  const notes = (result.issues ?? []).map((issue) => issue.message);
  if (result.error) notes.unshift(`${result.error.message} (${result.error.hint})`);
  if (result.attachments?.length) notes.unshift(t("attachments", result.attachments.length));
  byId("issues").hidden = !notes.length;
  byId("issues").querySelector("ul").replaceChildren(...notes.map((note) => make("li", {}, note)));
  drawText();
  const pictured = result.media_type === "application/pdf" && result.pages?.length > 0;
  if (pictured) drawPages(result.pages);
  byId("as-pages").disabled = !pictured;
  view(pictured && !(quote && !quote.boxes?.length) ? "pages" : "text");
}

function view(name) {
  byId("as-pages").setAttribute("aria-pressed", String(name === "pages"));
  byId("as-text").setAttribute("aria-pressed", String(name === "text"));
  byId("sheets").hidden = name !== "pages";
  byId("text").hidden = name !== "text";
  reveal(".chosen, .quote");
}

/** Scroll the pages or the text to something on them; a page has its height before it has its picture. */
function reveal(selector) {
  const frame = byId("sheets").hidden ? byId("text") : byId("sheets");
  const element = frame.querySelector(selector);
  if (!element) return;
  const [inner, outer] = [element.getBoundingClientRect(), frame.getBoundingClientRect()];
  frame.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
  frame.scrollIntoView({ block: "nearest" });
}

// --- pages and text ---

function fields() {
  return Object.entries(shown.detail.result?.extraction?.fields ?? {});
}

function drawPages(pages) {
  const sheets = byId("sheets");
  sheets.replaceChildren();
  drawn = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => picture(one.target)), {
    root: sheets,
    rootMargin: "600px",
  });
  for (const [number, width, height] of pages) {
    const sheet = make("div.sheet", { "data-page": number });
    sheet.style.aspectRatio = `${width} / ${height}`;
    const put = (box, kind, properties) => {
      if (box.page !== number) return;
      const element = make(kind, properties);
      element.style.left = `${(100 * box.x0) / width}%`;
      element.style.top = `${(100 * box.y0) / height}%`;
      element.style.width = `${(100 * (box.x1 - box.x0)) / width}%`;
      element.style.height = `${(100 * (box.y1 - box.y0)) / height}%`;
      sheet.append(element);
    };
    for (const [path, field] of fields()) {
      for (const box of field.boxes) {
        put(box, "button.box", { type: "button", tabIndex: -1, "data-path": path, title: path, "aria-label": `${path}: ${field.raw}`, onclick: () => choose(path, true) });
      }
    }
    for (const box of shown.quote?.boxes ?? []) put(box, "div.box.quote", {});
    sheets.append(make("figure", {}, sheet, make("figcaption", {}, t("page", number))));
    drawn.observe(sheet);
  }
}

async function picture(sheet) {
  drawn.unobserve(sheet);
  const number = sheet.dataset.page;
  try {
    const address = URL.createObjectURL(await (await ask(`${place("documents", shown.id, "pages", number)}?dpi=120`)).blob());
    pictures.push(address);
    sheet.prepend(make("img", { src: address, alt: t("page", number) }));
  } catch (error) {
    if (error.status) say(t("noPicture"));
    else startDocument.failed(error);
  }
}

/** The text with its fields and the quote marked. Spans count code points, strings in scripts do not: hence the array. */
function drawText() {
  const { points, quote } = shown;
  const marks = fields().filter(([, field]) => field.span).map(([path, field]) => ({ ...field.span, path }));
  if (quote?.end) marks.push({ start: quote.start, end: quote.end, path: null });
  const edges = [...new Set([0, points.length, ...marks.flatMap((mark) => [mark.start, mark.end])])].sort((a, b) => a - b);
  const parts = edges.slice(0, -1).map((start, i) => {
    const end = edges[i + 1];
    const text = points.slice(start, end).join("");
    const over = marks.filter((mark) => mark.start <= start && mark.end >= end);
    if (!over.length) return text;
    const path = over.find((mark) => mark.path)?.path;
    const kind = over.some((mark) => !mark.path) ? "mark.quote" : "mark";
    return make(kind, path ? { "data-path": path, title: path, onclick: () => choose(path, true) } : {}, text);
  });
  byId("text").replaceChildren(...parts);
}

/** Show a field on the page and in the list; `focus` moves to its entry. */
function choose(path, focus = false) {
  for (const element of document.querySelectorAll("#document [data-path]")) element.classList.toggle("chosen", element.dataset.path === path);
  const entry = document.querySelector(`#fields [data-path="${CSS.escape(path)}"]`);
  entry?.scrollIntoView({ block: "nearest" });
  if (focus) entry?.querySelector("button")?.focus({ preventScroll: true });
  else reveal(".chosen");
}

// --- label and fields, and what is right ---

function said(kind) {
  return shown.judged.filter((one) => kind in one);
}

function drawLabel(prediction) {
  const box = byId("label");
  const judged = said("label").at(-1);
  box.className = judged ? "corrected" : "";
  box.replaceChildren();
  if (!prediction) return box.append(make("span.faint", {}, t(shown.detail.state)));
  const path = prediction.path.length ? make("span.value", {}, prediction.path.join(" / ")) : make("span.tag.open", {}, t("openLabel"));
  box.append(make("p", {}, path, " ", sureness(prediction.confidence, t("notScored"))));
  if (judged) box.append(make("p", {}, t("corrected", t("by", judged.label?.join(" / ") ?? t("none"), judged.annotator))));
  const choices = make("select", { "aria-label": t("label") }, make("option", { value: "" }, t("none")));
  for (const label of shown.labels) choices.append(make("option", { value: JSON.stringify(label.path), title: label.description }, label.path.join(" / ")));
  choices.value = JSON.stringify(judged?.label ?? prediction.path);
  box.append(
    make(
      "details",
      {},
      make("summary", {}, t("correct")),
      make("form.edit", { onsubmit: (event) => keep(event, { label: choices.value ? JSON.parse(choices.value) : null }) }, choices, make("button.small", {}, t("keep"))),
    ),
  );
}

function drawFields(extraction) {
  const list = byId("fields");
  list.replaceChildren();
  if (!extraction) return list.append(make("li.faint", {}, t("noFields")));
  for (const [path, field] of Object.entries(extraction.fields)) list.append(entry(path, field));
}

function entry(path, field) {
  const judged = said("fields").findLast((one) => path in one.fields);
  const value = make("input", { value: field.raw ?? "", "aria-label": `${t("value")}: ${path}`, maxLength: 2000, required: true });
  const right = (event) => {
    const text = value.value;
    const same = text === field.raw && field.span;
    keep(event, { fields: { [path]: same ? { start: field.span.start, end: field.span.end, value: plain(field.value) } : located(text) } });
  };
  return make(
    `li.${field.status}${judged ? ".corrected" : ""}`,
    { "data-path": path, onclick: (event) => event.target.closest("details, form") || choose(path) },
    make("h3", {}, make("button", { type: "button", onclick: (event) => (event.stopPropagation(), choose(path)) }, path), make("span.state", {}, t(field.status))),
    field.status === "found" ? make("p", {}, make("span.value", {}, plain(field.value)), " ", field.raw === plain(field.value) ? null : make("span.raw", {}, field.raw)) : field.raw ? make("p.raw", {}, field.raw) : null,
    field.confidence === null ? null : make("p", {}, sureness(field.confidence, "")),
    judged ? make("p", {}, t("corrected", t("by", judged.fields[path] === null ? t("notThere") : judged.fields[path].value, judged.annotator))) : null,
    make(
      "details",
      {},
      make("summary", { "aria-label": `${t("correct")}: ${path}` }, t("correct")),
      make(
        "form.edit",
        { onsubmit: right },
        value,
        make("button.small", {}, t("keep")),
        make("button.small", { type: "button", onclick: (event) => keep(event, { fields: { [path]: null } }) }, t("notThere")),
      ),
    ),
  );
}

function plain(value) {
  return value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A value that a person wrote: with its place where its characters stand in the text exactly once. */
function located(text) {
  const whole = shown.points.join("");
  const at = whole.indexOf(text);
  if (at < 0 || whole.indexOf(text, at + 1) >= 0) return { value: text };
  const start = Array.from(whole.slice(0, at)).length;
  return { start, end: start + Array.from(text).length };
}

async function keep(event, judgement) {
  event.preventDefault();
  event.stopPropagation();
  try {
    shown.judged = (await (await ask(place("documents", shown.id, "judgements"), { method: "POST", json: judgement })).json()).judgements;
    say(t("kept"));
    drawLabel(shown.detail.result.prediction);
    drawFields(shown.detail.result.extraction);
  } catch (error) {
    startDocument.failed(error);
  }
}

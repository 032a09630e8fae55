// The page: shows an item and its parts, and turns keys, clicks and selections into decisions.

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const judging = new Judging(data);
const at = { item: 0, part: 0, document: null, asPages: false, chosen: null, places: [], place: 0 };

const item = () => data.items[at.item];
const parts = () => judging.parts(item());
const part = () => parts()[Math.min(at.part, parts().length - 1)];
const text = () => judging.text(at.document);

/** An element with properties and children; texts stay texts whatever is in them. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function say(message) {
  $("said").textContent = message;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => ($("said").textContent = ""), 6000);
}

const percent = (share) => `${Math.round(100 * share)} %`;
const brief = (string, length = 60) => (string.length > length ? `${string.slice(0, length - 1).trimEnd()}…` : string);

// --- drawing ---

/** Replace what an element holds, without losing the focus of who goes by keys: it moves to what is current now. */
function replace(id, made) {
  const focused = $(id).contains(document.activeElement);
  $(id).replaceChildren(...made);
  if (focused) ($(id).querySelector("button[aria-current], [aria-current] button") ?? $(id).querySelector("button"))?.focus();
}

function draw() {
  drawHead();
  drawQueue();
  drawReading();
  drawParts();
}

function drawHead() {
  const done = data.items.filter((one) => judging.isDone(one)).length;
  $("progress").textContent = `${done} of ${data.items.length} done`;
  $("undo").disabled = !judging.past.length;
  $("annotator").value = judging.annotator;
  $("left").textContent = `${data.items.length - done} left`;
}

function drawQueue() {
  replace("items", data.items.map((one, number) => {
    const state = judging.isDone(one) ? "done" : judging.isBegun(one) ? "begun" : "to do";
    return element("li", {}, element(
      "button",
      { type: "button", "aria-current": number === at.item && "true", onclick: () => go(number), "data-item": one.name },
      element("span", { "aria-hidden": "true", textContent: { done: "✓", begun: "◐" }[state] ?? "○" }),
      element("span", { textContent: one.question ? brief(one.question.text, 70) : one.name }),
      element("span", { className: "doubt", textContent: one.doubt?.toFixed(1) ?? "", title: "what leaving it unread may cost" }),
      element("span", { className: "hidden", hidden: true, textContent: state }),
    ));
  }));
  $("items").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

function drawReading() {
  const shown = data.documents[at.document];
  $("title").textContent = shown.name;
  $("documents").replaceChildren(...(item().documents.length < 2 ? [] : item().documents.map((id) => element("button", {
    type: "button", "aria-pressed": String(id === at.document), textContent: brief(data.documents[id].name, 24), onclick: () => open(id),
  }))));
  const pictured = Object.keys(shown.pictures).length > 0;
  const asPages = at.asPages && pictured;
  $("views").hidden = !pictured;
  $("as-text").setAttribute("aria-pressed", String(!asPages));
  $("as-pages").setAttribute("aria-pressed", String(asPages));
  const notes = [...item().notes, ...shown.notes];
  $("notes").hidden = !notes.length;
  $("notes").querySelector("summary").textContent = notes.length === 1 ? notes[0] : `${notes[0]} (and ${notes.length - 1} more)`;
  $("notes").querySelector("ul").replaceChildren(...notes.slice(1).map((note) => element("li", { textContent: note })));
  $("text").hidden = asPages;
  $("pages").hidden = !asPages;
  asPages ? drawPages(shown) : drawText(shown);
  show();
}

/** What is marked in the open document: spans with their kinds, the later the higher. */
function marks() {
  const found = [];
  const here = (document) => document === at.document;
  const first = here(item().documents[0]);
  for (const [number, one] of parts().entries()) {
    const active = one.key === part()?.key;
    const decision = judging.decision(item(), one.key);
    const add = (span, kind) => found.push({ span, kind, part: number, active: active && ["said", "decided"].includes(kind) });
    if (one.kind === "label" && first) {
      if (active) (one.said?.evidence ?? []).forEach((span) => add(span, "evidence"));
      (decision?.evidence ?? []).forEach((span) => add(span, "decided"));
    } else if (one.kind === "question") {
      const shown = decision ? decision.evidence : one.said?.citations ?? [];
      shown.filter(({ document }) => here(document)).forEach(({ span }) => add(span, decision ? "decided" : "said"));
    } else if (one.kind === "field" && first) {
      if (active) one.candidates.forEach(({ span }) => add(span, "candidate"));
      if (decision?.span) add(decision.span, "decided");
      else if (!decision && one.said?.span) add(one.said.span, "said");
    }
  }
  at.places.forEach((span, number) => found.push({ span, kind: number === at.place ? "found at" : "found", part: null }));
  return found;
}

function drawText(shown) {
  const found = marks();
  const borders = new Set([0, text().length, ...shown.pages.map(([, start]) => start)]);
  for (const { span: [start, end] } of found) borders.add(start).add(end);
  const sorted = [...borders].sort((a, b) => a - b);
  const starts = new Map(shown.pages.map(([number, start]) => [start, number]));
  const pieces = [];
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [start, end] = [sorted[i], sorted[i + 1]];
    if (starts.has(start)) pieces.push(element("span", { className: "page-break", "aria-hidden": "true", textContent: `page ${starts.get(start)}` }));
    const over = found.filter(({ span }) => span[0] <= start && end <= span[1]);
    const piece = element(over.length ? "mark" : "span", { "data-start": start, textContent: text().slice(start, end) });
    if (over.length) {
      piece.className = over.map(({ kind, active }) => (active ? `${kind} active` : kind)).join(" ");
      const owner = over.findLast(({ part: number, kind }) => number !== null && kind !== "evidence");
      if (owner) {
        piece.title = parts()[owner.part].name;
        piece.onclick = () => document.getSelection().isCollapsed && activate(owner.part);
      }
    }
    pieces.push(piece);
  }
  $("text").replaceChildren(...pieces);
}

function drawPages(shown) {
  const figures = shown.pages.map(([number, , , width, height]) => {
    const picture = shown.pictures[number];
    if (!picture) return element("p", { className: "faint", textContent: `Page ${number} has no picture here: its text is in the other view.` });
    const sheet = element("div", { className: "sheet" }, element("img", { src: picture, alt: `Page ${number} of ${shown.name}` }));
    sheet.dataset.page = number;
    for (const mark of [...marks(), ...(at.chosen ? [{ span: at.chosen, kind: "chosen" }] : [])]) {
      for (const [x0, y0, x1, y1] of lines(shown.words[number] ?? [], mark.span)) {
        const box = element("div", { className: `box ${mark.kind} ${mark.active ? "active" : ""}` });
        Object.assign(box.style, {
          left: `${(10 * x0) / width}%`, top: `${(10 * y0) / height}%`,
          width: `${(10 * (x1 - x0)) / width}%`, height: `${(10 * (y1 - y0)) / height}%`,
        });
        sheet.append(box);
      }
    }
    return element("figure", {}, sheet, element("figcaption", { textContent: `page ${number}` }));
  });
  $("pages").replaceChildren(...figures);
}

/** The boxes of a span on a page, in tenths of a point, one a line. */
function lines(words, [start, end]) {
  const found = [];
  for (const [from, to, x0, y0, x1, y1] of words) {
    if (to <= start || from >= end) continue;
    const last = found.at(-1);
    const overlap = last ? Math.min(last[3], y1) - Math.max(last[1], y0) : 0;
    if (last && x0 >= last[0] && overlap > 0.5 * Math.min(last[3] - last[1], y1 - y0)) {
      found[found.length - 1] = [last[0], Math.min(last[1], y0), Math.max(last[2], x1), Math.max(last[3], y1)];
    } else {
      found.push([x0, y0, x1, y1]);
    }
  }
  return found;
}

/** Scroll to what the active part speaks of. */
function show() {
  const box = at.asPages && !$("pages").hidden ? $("pages") : $("text");
  const target = box.querySelector(".at") ?? box.querySelector(".chosen") ?? box.querySelector(".active");
  if (!target) return;
  const [inner, outer] = [target.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top < outer.top + 20 || inner.bottom > outer.bottom - 20) box.scrollTop += inner.top - outer.top - box.clientHeight / 3;
}

function drawParts() {
  $("judged").textContent = item().question ? "Question" : data.blind ? "What is true?" : "What it says";
  $("question").textContent = item().question?.text ?? "";
  replace("parts", parts().map((one, number) => drawPart(one, number)));
  drawUse();
}

function drawPart(one, number) {
  const state = judging.state(item(), one);
  const decision = judging.decision(item(), one.key);
  const active = one.key === part().key;
  const told = { "": "to do", accepted: "✓ accepted", corrected: "✓ corrected", unfinished: "! unfinished" }[state];
  const made = element("li", { className: `part ${state}`, "aria-current": active && "true", "data-part": one.key },
    element("h3", {},
      element("button", { type: "button", textContent: one.name, onclick: () => activate(number) }),
      element("span", { className: "state", textContent: told })),
  );
  if (!data.blind && (active || !decision)) made.append(drawSaid(one));
  if (decision) made.append(drawDecision(one, decision));
  if (active) made.append(...drawChoices(one, decision));
  return made;
}

function drawSaid(one) {
  const said = one.said;
  const line = element("p", { className: "said-line" });
  if (!said) line.append(element("span", { className: "faint", textContent: "nothing was said" }));
  else if (one.kind === "label") line.append(element("span", { className: "value", textContent: named(said.path) || "left open" }));
  else if (one.kind === "list") line.append(element("span", { className: "value", textContent: counted(said.count) }));
  else if (one.kind === "question") line.append(element("span", { className: "value", textContent: said.abstained ? "the documents do not answer" : said.text }));
  else {
    line.append(element("span", { className: "value", textContent: said.status === "found" ? said.value : said.status }));
    if (said.raw && said.raw !== said.value) line.append(element("span", { className: "raw", textContent: `“${brief(said.raw)}”` }));
  }
  if (said?.confidence !== undefined && said.confidence !== null) {
    line.append(element("meter", { min: 0, max: 1, value: said.confidence, "aria-hidden": "true" }),
      element("span", { className: "faint", textContent: `${percent(said.confidence)} sure` }));
  } else if (said && ["label", "field"].includes(one.kind) && said.status !== "absent") {
    line.append(element("span", { className: "faint", textContent: "not scored" }));
  }
  return line;
}

function drawDecision(one, decision) {
  const line = element("p", { className: "said-line" });
  const arrow = element("span", { "aria-hidden": "true", textContent: "→" });
  if (one.kind === "label") line.append(arrow, element("span", { className: "value", textContent: decision.path ? named(decision.path) : "no label fits" }));
  else if (one.kind === "question") {
    const places = decision.evidence.length;
    const words = decision.answers.length ? `“${decision.answers[0]}”` : "";
    line.append(arrow, element("span", { className: "value", textContent: decision.answerable ? `${words} ${places} passage${places === 1 ? "" : "s"}` : "nothing answers it" }));
  } else if (one.kind === "list") line.append(arrow, element("span", { className: "value", textContent: counted(decision.count) }));
  else if (decision.value === null) line.append(arrow, element("span", { className: "value", textContent: "absent" }));
  else {
    line.append(arrow, element("span", { className: "value", textContent: decision.value || "?" }));
    if (decision.raw && decision.raw !== decision.value) line.append(element("span", { className: "raw", textContent: `“${brief(decision.raw)}”` }));
  }
  const problem = judging.problem(one, decision);
  if (problem) line.append(element("span", { className: "problem", textContent: problem }));
  return line;
}

/** What can be chosen of the active part; the keys 1 to 9 choose among the same. */
function choices(one) {
  const people = judging.people(item(), one).map(([name, decision]) => ({
    name: `${name}: ${worded(one, decision)}`,
    choose: () => decide(one, { ...decision, how: "corrected" }),
  }));
  return [...people, ...(data.blind ? [] : offered(one))].slice(0, 9);
}

/** A decision in a few words. */
function worded(one, { path, value, count, answerable, answers, evidence }) {
  if (one.kind === "label") return path ? named(path) : "no label fits";
  if (one.kind === "list") return counted(count);
  if (one.kind === "question") return answerable ? answers[0] ?? `${evidence.length} passages` : "nothing answers";
  return value ?? "absent";
}

/** What the system considered. */
function offered(one) {
  if (one.kind === "label") {
    const named = one.said?.alternatives ?? [];
    return named.slice(0, 6).map(([path, score]) => ({
      name: `${path.join(" / ")} ${percent(score)}`,
      choose: () => decide(one, { how: same(path, one.said.path) ? "accepted" : "corrected", path, evidence: [] }),
    }));
  }
  if (one.kind !== "field") return [];
  return one.candidates.slice(0, 9).map((candidate) => ({
    name: candidate.raw === candidate.value ? brief(candidate.value) : `${brief(candidate.value)} “${brief(candidate.raw, 30)}”`,
    choose: () => decide(one, { how: "corrected", value: candidate.value, raw: candidate.raw, span: candidate.span }),
  }));
}

function drawChoices(one, decision) {
  const chips = choices(one).map(({ name, choose }, number) => element("li", {},
    element("button", { type: "button", onclick: choose, "aria-keyshortcuts": String(number + 1) }, element("kbd", { textContent: number + 1 }), ` ${name}`)));
  const chip = (key, name, act) => chips.push(element("li", {}, element("button", { type: "button", onclick: act, "aria-keyshortcuts": key }, element("kbd", { textContent: key }), ` ${name}`)));
  if (judging.acceptable(item(), one) && judging.state(item(), one) !== "accepted") chip("Enter", "Accept", acceptPart);
  if (one.kind === "label") chip("l", "Another label …", openLabels);
  if (one.list) chip("n", "Another entry", addEntry);
  chip("x", { label: "No label fits", field: "Absent", list: "No entries", question: "Nothing answers" }[one.kind], nothing);
  if (decision) chip("c", "Clear", () => decide(one, null));
  const made = [element("ul", { className: "chips" }, ...chips)];
  if (one.description) made.unshift(element("p", { className: "faint", textContent: one.description }));
  if (one.kind === "field") made.push(element("label", {}, "Value ", valueInput(one, decision)));
  if (one.kind === "question") made.push(element("label", {}, "Answer ", answerInput(one, decision)));
  return made;
}

function valueInput(one, decision) {
  const value = decision?.value ?? "";
  const write = (event) => {
    const written = event.target.value.trim();
    if (written === value) return;
    const place = decision?.span ? { raw: decision.raw, span: decision.span } : one.said?.span && !decision ? { raw: one.said.raw, span: one.said.span } : {};
    decide(one, written ? { how: "corrected", value: written, ...place } : null, { stay: true });
  };
  const shared = { id: "value", value, onchange: write };
  if (one.choices?.length) {
    return element("select", shared, ...["", ...one.choices].map((choice) => element("option", { value: choice, textContent: choice || "…", selected: choice === value })));
  }
  const placeholder = { date: "2026-12-31", number: "1234.50", money: "1234.50", yes_no: "true" }[one.type] ?? "";
  return element("input", { ...shared, autocomplete: "off", spellcheck: false, placeholder });
}

function answerInput(one, decision) {
  const value = decision?.answers?.[0] ?? "";
  const write = (event) => {
    const written = event.target.value.trim();
    if (written === value) return;
    const evidence = decision?.evidence ?? one.said?.citations ?? [];
    decide(one, { how: "corrected", answerable: true, answers: written ? [written] : [], evidence }, { stay: true });
  };
  return element("input", { id: "value", value, onchange: write, autocomplete: "off", placeholder: "in words, where a passage is not enough" });
}

function drawUse() {
  const usable = at.chosen && part();
  $("use").hidden = !usable;
  if (usable) $("use").replaceChildren(`Use “${brief(text().slice(...at.chosen), 30)}” for ${part().name} `, element("kbd", { textContent: "s" }));
}

const counted = (count) => `${count} ${count === 1 ? "entry" : "entries"}`;
const named = (path) => path.join(" / ");
const same = (left, right) => left.length === right.length && left.every((name, depth) => name === right[depth]);

// --- moving ---

function go(number) {
  at.item = Math.max(0, Math.min(number, data.items.length - 1));
  const undecided = parts().findIndex((one) => !judging.state(item(), one));
  at.part = Math.max(0, undecided);
  forget();
  at.document = item().documents[0];
  for (const box of ["text", "pages"]) $(box).scrollTop = 0;
  turn();
  draw();
}

function activate(number) {
  at.part = Math.max(0, Math.min(number, parts().length - 1));
  forget();
  turn();
  drawReading();
  drawParts();
  $("parts").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  const one = part();
  say(`${one.name}: ${judging.state(item(), one) || "to do"}`);
}

/** Open the document that an answer's passages stand in. */
function turn() {
  const decision = judging.decision(item(), "question");
  const passages = decision?.evidence ?? part()?.said?.citations ?? [];
  if (passages.length && !passages.some(({ document }) => document === at.document)) at.document = passages[0].document;
}

function open(document) {
  at.document = document;
  forget();
  drawReading();
  drawUse();
}

function forget() {
  at.chosen = null;
  at.places = [];
  $("find").value = "";
  $("found").textContent = "";
}

function goOn() {
  const left = data.items.findIndex((one, number) => number > at.item && !judging.isDone(one));
  const any = left >= 0 ? left : data.items.findIndex((one) => !judging.isDone(one));
  if (any >= 0) return go(any);
  draw();
  return say("All is done: export the gold.");
}

function toggleView() {
  at.asPages = !at.asPages;
  drawReading();
}

// --- deciding ---

function decide(one, decision, { stay = false } = {}) {
  judging.decide(item(), one.key, decision);
  forget();
  document.getSelection().removeAllRanges();
  const state = judging.state(item(), one);
  if (!stay && ["accepted", "corrected"].includes(state)) {
    const next = parts().findIndex((other, number) => number > at.part && !judging.state(item(), other));
    if (next >= 0) at.part = next;
  }
  draw();
  say(`${one.name}: ${state || "to do"}`);
  if (state === "unfinished" && !stay) $("value")?.focus();
}

function acceptPart() {
  const one = part();
  const decision = judging.acceptable(item(), one);
  if (decision) decide(one, decision);
  else say(`${one.name}: nothing was said that can be accepted. Choose.`);
}

function acceptRest() {
  const left = judging.acceptAll(item());
  if (!left.length) return goOn();
  at.part = parts().findIndex((one) => one.key === left[0].key);
  forget();
  draw();
  return say(`${left[0].name}: nothing was said that can be accepted. Choose.`);
}

function nothing() {
  const one = part();
  const decision = { label: { path: null, evidence: [] }, field: { value: null }, list: { count: 0 }, question: { answerable: false, answers: [], evidence: [] } }[one.kind];
  const accepted = judging.acceptable(item(), one);
  const agreed = { field: accepted?.value === null, list: accepted?.count === 0, question: accepted?.answerable === false }[one.kind];
  decide(one, { how: agreed ? "accepted" : "corrected", ...decision });
}

/** One more entry of the list that the active part is of. */
function addEntry() {
  const list = part().list;
  if (!list) return say("This is no list.");
  const one = parts().find(({ key }) => key === `list:${list.path}`);
  const count = (judging.decision(item(), one.key) ?? one.said ?? { count: 0 }).count + 1;
  decide(one, { how: "corrected", count }, { stay: true });
  return activate(parts().findIndex(({ path }) => path?.startsWith(`${list.path}[${count - 1}]`)));
}

/** Use the chosen characters for the active part. */
function use() {
  if (!at.chosen) return say("Select characters first.");
  const one = part();
  const span = text().trimmed(...at.chosen);
  if (!span) return say("White space alone is nothing.");
  const decision = judging.decision(item(), one.key);
  if (one.kind === "field") {
    if (at.document !== item().documents[0]) return say("A field stands in its own document.");
    return decide(one, judging.chosen(item(), one, span));
  }
  if (one.kind === "list") return say("Choose a field of an entry; characters are no list.");
  if (one.kind === "label") {
    const label = decision ?? judging.acceptable(item(), one);
    if (!label?.path) return say("Choose the label first; characters are what speaks for it.");
    return decide(one, { ...label, evidence: [...label.evidence, span] }, { stay: true });
  }
  const evidence = decision?.answerable ? decision.evidence : [];
  const answers = decision?.answers ?? [];
  return decide(one, { how: "corrected", answerable: true, answers, evidence: [...evidence, { document: at.document, span }] }, { stay: true });
}

function adjust(edge, forwards) {
  const one = part();
  const decision = judging.decision(item(), one.key);
  if (at.chosen) {
    at.chosen = text().moved(at.chosen, edge, forwards);
    drawReading();
    return drawUse();
  }
  const span = one.kind === "field" && (decision ? decision.span : one.said?.span);
  if (!span) return say("Nothing is marked that could be moved.");
  return decide(one, judging.chosen(item(), one, text().moved(span, edge, forwards)), { stay: true });
}

function undo() {
  const name = judging.undo();
  if (name === null) return say("Nothing to undo.");
  const number = data.items.findIndex((one) => one.name === name);
  if (number !== at.item) go(number);
  draw();
  return say("Taken back.");
}

function exportGold() {
  if (!judging.annotator) {
    $("annotator").focus();
    return say("Who are you? Gold names its annotator.");
  }
  const made = judging.lines();
  if (!made.length) {
    const begun = data.items.some((one) => judging.isBegun(one));
    return say(begun ? "Nothing can be said yet: a list is gold when all its entries are decided." : "Nothing is decided yet.");
  }
  const content = new Blob(made.map((line) => `${JSON.stringify(line)}\n`), { type: "application/x-ndjson" });
  const link = element("a", { href: URL.createObjectURL(content), download: `gold-${judging.annotator.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.jsonl` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  const open = data.items.filter((one) => judging.isBegun(one) && !judging.isDone(one)).length;
  return say(`${made.length} lines of gold.${open ? ` Of ${open} unfinished items only what is decided.` : ""}`);
}

// --- labels ---

function openLabels() {
  at.part = parts().findIndex((one) => one.kind === "label");
  if (at.part < 0) return say("No label is asked for here.");
  $("filter").value = "";
  filterLabels();
  $("labels").showModal();
  return $("filter").focus();
}

function filterLabels() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = data.labels.filter(({ path, description }) => words.every((word) => `${named(path)} ${description}`.toLowerCase().includes(word)));
  $("choices").replaceChildren(...fitting.map(({ path, description }, number) => element("li",
    { id: `choice-${number}`, role: "option", "aria-selected": String(number === 0), onclick: () => chooseLabel(path) },
    element("span", { className: "value", textContent: named(path) }), element("div", { className: "faint", textContent: description }))));
  at.fitting = fitting;
  select(0);
}

function select(number) {
  at.fit = Math.max(0, Math.min(number, at.fitting.length - 1));
  for (const [place, option] of [...$("choices").children].entries()) option.setAttribute("aria-selected", String(place === at.fit));
  $("filter").setAttribute("aria-activedescendant", at.fitting.length ? `choice-${at.fit}` : "");
  $("choices").children[at.fit]?.scrollIntoView({ block: "nearest" });
}

function chooseLabel(path) {
  $("labels").close();
  const one = part();
  const said = one.said?.path ?? [];
  decide(one, { how: same(path, said) ? "accepted" : "corrected", path, evidence: [] });
}

$("filter").addEventListener("input", filterLabels);
$("filter").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) select(at.fit + step);
  else if (event.key === "Enter" && at.fitting.length) chooseLabel(at.fitting[at.fit].path);
  else return;
  event.preventDefault();
});

// --- selecting and finding ---

document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  if ($("text").hidden || selection.isCollapsed || !$("text").contains(selection.anchorNode) || !$("text").contains(selection.focusNode)) {
    // A click on the button that uses the selection may end it first: what was chosen stays until something else is done.
    return;
  }
  const range = selection.getRangeAt(0);
  const [start, end] = [pointAt(range.startContainer, range.startOffset), pointAt(range.endContainer, range.endOffset)];
  at.chosen = start < end ? text().trimmed(start, end) : null;
  drawUse();
});

$("text").addEventListener("pointerdown", () => {
  at.chosen = null;
  drawUse();
});

/** The code point of a place in the shown text. */
function pointAt(node, offset) {
  if (node.nodeType === Node.TEXT_NODE && node.parentElement.dataset.start !== undefined) {
    const start = Number(node.parentElement.dataset.start);
    return text().point(text().unit(start) + offset);
  }
  // Between pieces, or within the line that tells a page: the start of the next piece.
  let next = node.nodeType === Node.TEXT_NODE ? node.parentElement : node === $("text") ? node.children[offset] : node;
  while (next && next.dataset.start === undefined) next = next.nextElementSibling;
  return next ? Number(next.dataset.start) : text().length;
}

function find() {
  at.places = text().places($("find").value);
  at.place = 0;
  at.chosen = at.places[0] ?? null;
  tellPlaces();
}

function tellPlaces() {
  const count = at.places.length;
  $("found").textContent = !$("find").value.trim() ? "" : count ? `${at.place + 1} of ${count === 200 ? "200 or more" : count}` : "not there";
  drawReading();
  drawUse();
}

$("find").addEventListener("input", find);
$("find").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && at.places.length) {
    at.place = (at.place + step + at.places.length) % at.places.length;
    at.chosen = at.places[at.place];
    tellPlaces();
  } else if (event.key === "Enter" && at.chosen) {
    $("find").blur();
    use();
  } else return;
  event.preventDefault();
});

/** The word under a pointer on a page, or null. */
function wordUnder(event) {
  const sheet = event.target.closest?.(".sheet");
  if (!sheet) return null;
  const number = Number(sheet.dataset.page);
  const shown = data.documents[at.document];
  const [, , , width, height] = shown.pages.find(([page]) => page === number);
  const frame = sheet.getBoundingClientRect();
  const x = (10 * width * (event.clientX - frame.left)) / frame.width;
  const y = (10 * height * (event.clientY - frame.top)) / frame.height;
  return (shown.words[number] ?? []).find(([, , x0, y0, x1, y1]) => x0 <= x + 10 && x <= x1 + 10 && y0 <= y + 10 && y <= y1 + 10) ?? null;
}

// A mouse draws from word to word. A finger taps the first word and then the last: drawing would be scrolling.
let from = null;
$("pages").addEventListener("pointerdown", (event) => {
  const word = wordUnder(event);
  if (event.pointerType !== "touch") from = word;
  else if (word) choose(at.chosen && word[0] !== at.chosen[0] ? at.chosen : word, word);
});
$("pages").addEventListener("pointermove", (event) => {
  const word = from && wordUnder(event);
  if (word) choose(from, word);
});
window.addEventListener("pointerup", (event) => {
  if (!from) return;
  const word = wordUnder(event);
  if (word === from) choose(word, word);
  from = null;
});

function choose(first, last) {
  const chosen = [Math.min(first[0], last[0]), Math.max(first[1], last[1])];
  if (at.chosen && chosen[0] === at.chosen[0] && chosen[1] === at.chosen[1]) return;
  at.chosen = chosen;
  const scrolled = $("pages").scrollTop;
  drawReading();
  $("pages").scrollTop = scrolled;
  drawUse();
}

// --- keys ---

const KEYS = {
  a: acceptRest, s: use, x: nothing, n: addEntry, l: openLabels, v: toggleView, u: undo, e: exportGold,
  j: () => go(at.item + 1), k: () => go(at.item - 1),
  ArrowDown: () => activate(at.part + 1), ArrowUp: () => activate(at.part - 1),
  Enter: () => (at.chosen ? use() : acceptPart()),
  "[": () => adjust("end", false), "]": () => adjust("end", true), "{": () => adjust("start", false), "}": () => adjust("start", true),
  "/": () => $("find").focus(), w: () => $("value")?.focus(), "?": () => $("keys").showModal(),
  c: () => judging.decision(item(), part().key) && decide(part(), null),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return undefined;
  // What was closed keeps the focus until the next frame: nobody writes there.
  const writing = event.target.matches?.("input:not([type=checkbox]), select, textarea") && event.target.checkVisibility();
  if (event.key === "Escape" && writing && !document.querySelector("dialog[open]")) return event.target.blur();
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !writing) {
    event.preventDefault();
    return undo();
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return undefined;
  // Buttons are pressed with Enter, and what scrolls is scrolled with arrows, as anywhere.
  const own = event.target.matches?.("button, summary, a") && ["Enter", " "].includes(event.key);
  const scrolls = event.target.matches?.("#text, #pages") && event.key.startsWith("Arrow");
  const chosen = /^[1-9]$/.test(event.key) ? choices(part())[Number(event.key) - 1]?.choose : Object.hasOwn(KEYS, event.key) && KEYS[event.key];
  if (!chosen || own || scrolls || !($("shortcuts").checked || event.key.length > 1)) return undefined;
  event.preventDefault();
  return chosen();
});

for (const [id, act] of Object.entries({
  undo, export: exportGold, accept: acceptRest, use, next: KEYS.j, previous: KEYS.k, help: KEYS["?"],
  "as-text": () => at.asPages && toggleView(), "as-pages": () => at.asPages || toggleView(),
})) $(id).addEventListener("click", act);

$("annotator").addEventListener("change", (event) => {
  judging.rename(event.target.value.trim());
  draw();
});
$("annotator").addEventListener("keydown", (event) => event.key === "Enter" && event.target.blur());
$("shortcuts").addEventListener("change", (event) => judging.remember("shortcuts", event.target.checked));

// What a browser that keeps nothing would lose.
window.addEventListener("beforeunload", (event) => !judging.kept && Object.keys(judging.decisions).length && event.preventDefault());

$("rule").textContent = data.rule;
$("shortcuts").checked = judging.remembered("shortcuts") ?? true;
$("queue").open = !window.matchMedia("(max-width: 60rem)").matches;
document.title = data.title;
document.querySelector("h1").textContent = data.title;
go(Math.max(0, data.items.findIndex((one) => !judging.isDone(one))));
if (!judging.kept) say("This browser keeps nothing: export before you close the page.");

// What a person decided, and gold made of it. Nothing here knows the page.
//
// A decision of a label is {path, evidence}, of a field {value, raw, span} (value null: absent), of a list {count}, of a
// question {answerable, answers, evidence}. `how` says whether it is what the system said.

class Judging {
  constructor(data) {
    this.data = data;
    this.annotator = "";
    this.decisions = {};
    this.past = [];
    this.kept = true;
    this.texts = new Map();
    this.restore(this.remembered("annotator") ?? "");
  }

  // --- what is kept between visits ---

  remembered(name) {
    try {
      return JSON.parse(localStorage.getItem(`foyerdoc.review.${this.data.key}.${name}`));
    } catch {
      this.kept = false;
      return null;
    }
  }

  remember(name, value) {
    try {
      localStorage.setItem(`foyerdoc.review.${this.data.key}.${name}`, JSON.stringify(value));
    } catch {
      this.kept = false;
    }
  }

  restore(annotator) {
    this.annotator = annotator;
    this.decisions = this.remembered(`of:${annotator}`) ?? {};
  }

  /** Another person judges: with what they decided before, or from the start. What was decided without a name becomes theirs. */
  rename(annotator) {
    const nameless = this.annotator ? {} : this.decisions;
    this.past = [];
    this.restore(annotator);
    this.decisions = { ...nameless, ...this.decisions };
    this.remember("annotator", annotator);
    this.remember(`of:${annotator}`, this.decisions);
  }

  // --- what there is to decide ---

  text(document) {
    if (!this.texts.has(document)) this.texts.set(document, new Text(this.data.documents[document].text));
    return this.texts.get(document);
  }

  /** The parts of an item in order: its label, its fields, its lists and their entries' fields, its question. */
  parts(item) {
    const parts = [];
    if (item.label) parts.push({ key: "label", kind: "label", name: "Label", said: item.label.said });
    const form = this.form(item);
    parts.push(...form.fields.map((asked) => fieldOf(item, asked.path, asked)));
    for (const list of form.lists) {
      const said = this.data.blind ? undefined : { count: this.found(item, list) };
      parts.push({ key: `list:${list.path}`, kind: "list", name: plain(list.path), list, said });
      const count = this.decision(item, `list:${list.path}`)?.count ?? said?.count ?? 0;
      for (let number = 0; number < count; number++) {
        parts.push(...list.inner.map((asked) => ({ ...fieldOf(item, `${list.path}[${number}]${asked.path}`, asked), list })));
      }
    }
    if (item.question) parts.push({ key: "question", kind: "question", name: "Answer", said: item.question.said });
    return parts;
  }

  /** What is asked of the label that was decided; of the one that was said before that. */
  form(item) {
    const schema = this.schema(item);
    return schema === item.schema ? item.form : own(this.data.schemas, schema) ?? { fields: [], lists: [] };
  }

  /** How many entries of a list were found. */
  found(item, list) {
    const numbers = Object.keys(item.said).filter((path) => path.startsWith(`${list.path}[`)).map((path) => parseInt(path.slice(list.path.length + 1), 10));
    return Math.max(0, ...numbers.map((number) => number + 1));
  }

  schema(item) {
    const decided = this.decision(item, "label")?.path;
    // Without schemas every document is asked the same.
    if (!decided || !Object.keys(this.data.schemas).length) return item.schema;
    return this.data.labels.find((label) => label.path.join("\n") === decided.join("\n"))?.schema ?? undefined;
  }

  decision(item, key) {
    return own(this.of(item), key);
  }

  /** All decisions of an item. */
  of(item) {
    return own(this.decisions, item.name) ?? {};
  }

  /** Why a decision cannot stand yet, or "". */
  problem(part, decision) {
    if (part.kind === "field" && decision.value !== null) {
      if (decision.value === "") return "Write the value";
      if (part.choices?.length && !part.choices.includes(decision.value)) return `One of ${part.choices.join(", ")}`;
      if (part.type === "date" && !isDate(decision.value)) return "Write the day as 2026-12-31";
      if (["number", "money"].includes(part.type) && !/^-?\d+(\.\d+)?$/.test(decision.value)) return "Write the number as 1234.50";
      if (part.type === "yes_no" && !["true", "false"].includes(decision.value)) return "true or false";
      if (part.type === "datetime" && !isMoment(decision.value)) return "Write the moment as 2026-12-31T14:30";
    }
    if (part.kind === "question" && decision.answerable && !decision.answers.length && !decision.evidence.length) {
      return "Select a passage that answers, or write the answer";
    }
    return "";
  }

  /** "" (nothing decided), "accepted", "corrected", or "unfinished". */
  state(item, part) {
    const decision = this.decision(item, part.key);
    if (!decision) return "";
    return this.problem(part, decision) ? "unfinished" : decision.how;
  }

  isDone(item) {
    return this.parts(item).every((part) => ["accepted", "corrected"].includes(this.state(item, part)));
  }

  isBegun(item) {
    return this.parts(item).some((part) => this.decision(item, part.key));
  }

  /** Who decided what of a part before: pairs of a name and a decision. */
  people(item, part) {
    return item.people[part.key] ?? [];
  }

  /** What those agree on who judged it before, else what the system said, as a decision, or null where nothing can be accepted. */
  acceptable(item, part) {
    const people = this.people(item, part);
    if (people.length) {
      const [[, first]] = people;
      const agreed = people.every(([, decision]) => meaning(decision) === meaning(first)) && !this.problem(part, first);
      return agreed ? { ...first, how: "accepted" } : null;
    }
    const said = part.said;
    if (!said) return null;
    if (part.kind === "label") {
      const whole = said.path.length && !this.data.labels.some(
        (label) => label.path.length > said.path.length && said.path.every((name, depth) => label.path[depth] === name));
      return whole ? { how: "accepted", path: said.path, evidence: [] } : null;
    }
    if (part.kind === "question") {
      return { how: "accepted", answerable: !said.abstained, answers: [], evidence: said.abstained ? [] : said.citations };
    }
    if (part.kind === "list") return { how: "accepted", count: said.count };
    if (said.status === "absent") return { how: "accepted", value: null };
    if (said.status !== "found") return null;
    const decision = { how: "accepted", value: said.value, raw: said.raw, span: said.span };
    return this.problem(part, decision) ? null : decision;
  }

  // --- deciding ---

  decide(item, key, decision) {
    this.past.push([item.name, structuredClone(this.of(item))]);
    const decided = { ...this.of(item) };
    if (decision) decided[key] = decision;
    else delete decided[key];
    this.decisions = { ...this.decisions, [item.name]: decided };
    this.remember(`of:${this.annotator}`, this.decisions);
  }

  /** Accept what was said of all that is undecided, as one step; the parts of which nothing can be accepted. */
  acceptAll(item) {
    const steps = this.past.length;
    const before = structuredClone(this.of(item));
    const left = [];
    // The label first: the fields that are asked for are those of its schema.
    for (let at = 0; at < this.parts(item).length; at++) {
      const part = this.parts(item)[at];
      const state = this.state(item, part);
      const decision = state ? null : this.acceptable(item, part);
      if (decision) this.decide(item, part.key, decision);
      else if (!state || state === "unfinished") left.push(part);
    }
    if (this.past.length > steps) this.past.splice(steps, Infinity, [item.name, before]);
    return left;
  }

  /** Take the last step back; the name of the item that it was of, or null. */
  undo() {
    const step = this.past.pop();
    if (!step) return null;
    this.decisions = { ...this.decisions, [step[0]]: step[1] };
    this.remember(`of:${this.annotator}`, this.decisions);
    return step[0];
  }

  /** Characters as a field's decision. What they mean is known where the document's typed values say so. */
  chosen(item, part, [start, end]) {
    const raw = this.text(item.documents[0]).slice(start, end);
    const candidate = part.candidates.find(({ span }) => span[0] === start && span[1] === end);
    if (candidate) return { how: "corrected", value: candidate.value, raw, span: [start, end] };
    const wanted = part.type ?? looks(part);
    const alike = { money: ["money", "number"], number: ["number", "money"] }[wanted] ?? [wanted];
    const typed = item.typed.filter(([from, to, type]) => alike.includes(type) && from < end && start < to);
    const plain = raw.split(/\s+/).filter(Boolean).join(" ");
    const free = ["text", "name", "identifier"].includes(wanted) && !part.choices?.length;
    const exact = typed.find(([from, to]) => from === start && to === end) ?? (typed.length === 1 ? typed[0] : null);
    return { how: "corrected", value: exact ? exact[3] : free || part.choices?.includes(plain) ? plain : "", raw, span: [start, end] };
  }

  // --- gold ---

  lines() {
    const lines = [];
    for (const item of this.data.items) {
      const head = { format: 1, item: item.name, annotator: this.annotator, ...(this.data.settling ? { adjudicated: true } : {}) };
      const decided = this.parts(item).filter((part) => ["accepted", "corrected"].includes(this.state(item, part)));
      if (!item.question) {
        head.document = this.named(item.documents[0]);
        const language = this.data.documents[item.documents[0]].language;
        if (language) head.language = language;
      }
      const fields = Object.create(null);  // a field may be called __proto__
      for (const part of decided) {
        const decision = this.decision(item, part.key);
        if (part.kind === "label") {
          const evidence = decision.evidence.length ? { evidence: decision.evidence.map(spanned) } : {};
          lines.push({ ...head, label: decision.path, ...evidence });
        } else if (part.kind === "question") {
          const evidence = decision.evidence.map(({ document, span }) => (
            { document: this.named(document), span: spanned(span), text: this.text(document).slice(...span) }));
          lines.push({ ...head, question: item.question.text, answerable: decision.answerable, answers: decision.answers, evidence });
        } else if (part.kind === "list") {
          Object.assign(fields, this.entries(item, part.list, decided));
        } else if (!part.list) {
          fields[part.path] = truth(part, decision);
        }
      }
      if (Object.keys(fields).length) lines.push({ ...head, fields });
    }
    return lines;
  }

  /** A list as gold, null where it has no entry. Half a list would be a list that lacks the other half: then nothing is said. */
  entries(item, list, decided) {
    const entries = new Map();
    for (const part of this.parts(item).filter((one) => one.kind === "field" && one.list?.path === list.path)) {
      if (!decided.some((one) => one.key === part.key)) return {};
      const entry = part.path.slice(0, part.path.indexOf("]", list.path.length) + 1);
      entries.set(entry, { ...entries.get(entry), [part.path]: truth(part, this.decision(item, part.key)) });
    }
    const real = [...entries.values()].filter((entry) => Object.values(entry).some((value) => value !== null));
    return real.length ? Object.assign({}, ...real) : { [list.path]: null };
  }

  named(document) {
    return this.data.documents[document].name;
  }
}

/** What two people must say alike to agree: not where it stands. */
function meaning({ path, value, count, answerable, answers }) {
  return JSON.stringify([path, value, count, answerable, answers]);
}

function fieldOf(item, path, asked) {
  const said = own(item.said, path);
  return { ...asked, path, key: `field:${path}`, kind: "field", name: plain(path), said, candidates: said?.candidates ?? [] };
}

/** What an object has of its own under a name: documents and fields may be called `constructor`. */
function own(object, name) {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function plain(path) {
  return path.replaceAll("_", " ");
}

function truth(part, decision) {
  if (decision.value === null) return null;
  const value = part.type === "yes_no" ? decision.value === "true" : decision.value;
  const found = { value };
  if (part.type) found.type = part.type;
  if (decision.span) Object.assign(found, { raw: decision.raw, span: spanned(decision.span) });
  return found;
}

function spanned([start, end]) {
  return { start, end };
}

/** The type that a field's values seem to have, where no schema says it. */
function looks(part) {
  const values = [part.said?.value, ...part.candidates.map((candidate) => candidate.value)].filter((value) => value);
  if (values.length && values.every(isDate)) return "date";
  if (values.length && values.every((value) => /^-?\d+\.\d+$/.test(value))) return "money";
  return "text";
}

function isDate(value) {
  const day = new Date(`${value}T00:00Z`);
  return /^(?!0000)\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(value);
}

function isMoment(value) {
  return /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-]\d\d:\d\d)?$/.test(value) && isDate(value.slice(0, 10));
}

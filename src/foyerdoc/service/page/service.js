// What the page asks of the service. The key is kept with the tab and sent in a header, never in an address.

export const state = { key: sessionStorage.getItem("foyerdoc.key"), collection: sessionStorage.getItem("foyerdoc.collection") ?? "" };

/** A refusal by the service, or that it cannot be reached (status 0). */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.title ?? "");
    this.status = status;
    this.hint = body?.hint ?? "";
  }
}

export function setKey(key) {
  state.key = key;
  if (key) sessionStorage.setItem("foyerdoc.key", key);
  else sessionStorage.clear();
}

export function setCollection(name) {
  state.collection = name;
  sessionStorage.setItem("foyerdoc.collection", name);
}

/** The address of something in the chosen collection. */
export function place(...parts) {
  return ["/v1/collections", state.collection, ...parts].map((part, i) => (i ? encodeURIComponent(part) : part)).join("/");
}

/** Ask; the answer is a Response. */
export async function ask(path, { method = "GET", json, body, signal } = {}) {
  const headers = { Authorization: `Bearer ${state.key}` };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body: json === undefined ? body : JSON.stringify(json), signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, null);
  }
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => null));
  return response;
}

/** Send a file and tell how far it is; XMLHttpRequest, because fetch does not tell. */
export function upload(file, tell) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${place("documents")}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Authorization", `Bearer ${state.key}`);
    request.upload.onprogress = (event) => event.lengthComputable && tell(event.loaded / event.total);
    request.onload = () => {
      const body = JSON.parse(request.responseText || "null");
      if (request.status < 300) resolve({ document: body, isNew: request.status === 202 });
      else reject(new Refused(request.status, body));
    };
    request.onerror = () => reject(new Refused(0, null));
    request.send(file);
  });
}

/** Server-sent events of a response, each as [name, data]. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    pending += value;
    const parts = pending.split("\n\n");
    pending = parts.pop();
    for (const part of parts) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/s.exec(part);
      yield [name, JSON.parse(data)];
    }
  }
}

/** Save what a response holds as a file. */
export async function save(response, name) {
  const address = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

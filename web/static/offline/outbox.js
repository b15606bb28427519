// What was written down and is not sent yet. An item leaves the phone only after the service said
// that it has it, or when its author throws it away.
import * as store from "./store.js";

const CHANNEL = new BroadcastChannel("wangge-outbox");
const listeners = new Set();
CHANNEL.onmessage = () => listeners.forEach((heard) => heard());

function tell() {
  CHANNEL.postMessage("changed");
  listeners.forEach((heard) => heard());
}

export const onChange = (heard) => listeners.add(heard);

export async function add(account, item) {
  const made = { state: "waiting", item: { id: crypto.randomUUID(), ...item }, at: Date.now() };
  await store.keep("outbox", account, made.item.id, made);
  tell();
  return made;
}

export async function all(account) {
  const found = await Promise.all(
    (await store.names("outbox", account)).map((name) => store.read("outbox", account, name)),
  );
  return found.filter(Boolean).sort((a, b) => a.at - b.at);
}

export async function drop(account, id) {
  await store.drop("outbox", [account, id]);
  tell();
}

// Send what was refused once more, as it is: under the same id, so that it cannot count twice.
export async function retry(account, entry) {
  await store.keep("outbox", account, entry.item.id, { ...entry, state: "waiting", detail: "" });
  tell();
}

// Send everything that waits; one tab at a time. Returns how many the service has now. An item
// that the service stumbles over waits on, and does not hold up those behind it.
export function send(account, csrf) {
  return navigator.locks.request("wangge-outbox", async () => {
    let sent = 0;
    let stumbled;
    for (const entry of await all(account)) {
      if (entry.state !== "waiting") continue;
      const result = await post(entry.item, csrf);
      if (result instanceof Error) stumbled = result;
      else sent += await settle(account, entry, result);
    }
    if (sent) tell();
    if (stumbled) throw stumbled;
    return sent;
  });
}

const REFUSED = new Set([400, 404, 409, 413, 415, 422]);

async function post(item, csrf) {
  const answer = await fetch("/api/outbox", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify({ items: [item] }),
  });
  if (answer.ok) return (await answer.json()).results[0];
  if (!REFUSED.has(answer.status)) return new Error(`outbox: ${answer.status}`);
  const told = await answer.json().catch(() => ({}));
  return { status: "refused", detail: told.detail ?? String(answer.status) };
}

async function settle(account, entry, result) {
  if (result.status === "stored" || result.status === "known") {
    await store.drop("outbox", [account, entry.item.id]);
    return 1;
  }
  const kept = { ...entry, state: result.status, detail: result.detail ?? "", conflicts: result.conflicts ?? [] };
  await store.keep("outbox", account, entry.item.id, kept);
  tell();
  return 0;
}

export async function file(account) {
  const content = { account, saved_at: new Date().toISOString(), entries: await all(account) };
  return new Blob([JSON.stringify(content, null, 1)], { type: "application/json" });
}

// Take entries of a saved file back in; those that are there already stay as they are.
export async function restore(account, text) {
  const content = JSON.parse(text);
  if (content.account !== account || !Array.isArray(content.entries)) throw new Error("foreign");
  const known = new Set(await store.names("outbox", account));
  let taken = 0;
  for (const entry of content.entries) {
    if (!entry?.item?.id || known.has(entry.item.id)) continue;
    await store.keep("outbox", account, entry.item.id, entry);
    taken += 1;
  }
  tell();
  return taken;
}

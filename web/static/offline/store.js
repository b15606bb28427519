// What the phone keeps: sealed with AES-GCM by a key that cannot be read out, in IndexedDB.
const NAME = "wangge";
const STORES = ["keys", "packages", "outbox"];

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => STORES.forEach((store) => asked.result.createObjectStore(store));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

// One step on one store; done when the transaction is, so that what was put is on the disk.
async function step(store, mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const asked = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

const get = (store, key) => step(store, "readonly", (s) => s.get(key));
const keys = (store) => step(store, "readonly", (s) => s.getAllKeys());
export const drop = (store, key) => step(store, "readwrite", (s) => s.delete(key));

// The key of an account, one for what waits to be sent and one for what was taken along: with the
// latter thrown away, what was taken is unreadable wherever it may still lie. Two tabs that make
// one at once agree on the first.
async function key(store, account) {
  const id = store === "outbox" ? account : [store, account];
  const known = await get("keys", id);
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  await step("keys", "readwrite", (s) => s.add(made, id)).catch(() => undefined);
  return get("keys", id);
}

// Keep a value of an account under a name that is not personal (an id, or "package").
export async function keep(store, account, name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const id = [account, name];
  const additionalData = new TextEncoder().encode(JSON.stringify(id));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData },
    await key(store, account),
    plain,
  );
  await step(store, "readwrite", (s) => s.put({ iv, sealed }, id));
}

export async function read(store, account, name) {
  const id = [account, name];
  const kept = await get(store, id);
  if (!kept) return undefined;
  const additionalData = new TextEncoder().encode(JSON.stringify(id));
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: kept.iv, additionalData },
    await key(store, account),
    kept.sealed,
  );
  return JSON.parse(new TextDecoder().decode(plain));
}

// Names kept for an account, in the order of their ids.
export async function names(store, account) {
  return (await keys(store)).filter(([owner]) => owner === account).map(([, name]) => name);
}

// Who was logged in last on this phone: whose data are shown without network.
export const account = () => localStorage.getItem("wangge.account");
export const remember = (name) => localStorage.setItem("wangge.account", name);

// Take away what was taken along, of everybody, and the keys that it was sealed with; what is not
// sent yet stays, sealed, for its author.
export async function clear() {
  await step("packages", "readwrite", (s) => s.clear());
  for (const id of await keys("keys")) if (Array.isArray(id)) await drop("keys", id);
}

// One tab at a time: what another one is just keeping would outlive the clearing.
export const alone = (act) => (navigator.locks ? navigator.locks.request("wangge-kept", () => act()) : act());

export const forget = () =>
  alone(async () => {
    localStorage.removeItem("wangge.account");
    await clear();
  });

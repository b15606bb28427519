// Sessions that were left on this phone and are still to be ended by the service. Of each the
// phone keeps what ends it and opens nothing: no cookie, no name. A plain script, because the
// service worker runs it too, and an old browser's worker reads no modules.
"use strict";
self.left = (() => {
  const NAME = "wangge-left";
  const STORE = "marks";
  const WAIT_MS = 6000;

  function opened() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "leave" });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  // Done when the transaction is, so that a mark is on the disk.
  async function step(mode, act) {
    const database = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, mode, { durability: "strict" });
        const asked = act(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  const all = () => step("readonly", (marks) => marks.getAll());

  // Held: the browser may still have the cookie of that session, so that pages would open as its own.
  const add = (leave) => step("readwrite", (marks) => marks.put({ leave, held: true }));
  const has = async (leave) => (await all()).some((mark) => mark.leave === leave);
  const isHeld = async () => (await all()).some((mark) => mark.held);

  // The browser has the cookie of another session by now. What was left before is still ended, but
  // nobody has to wait for that.
  async function replaced(by) {
    for (const mark of await all())
      if (mark.held && mark.leave !== by) await step("readwrite", (marks) => marks.put({ ...mark, held: false }));
  }

  // Only the service's own word takes a mark away. The cookie stays out of it: neither sent nor
  // set, so that a session which was opened meanwhile is not touched.
  async function end({ leave }) {
    const answer = await fetch("/logout/left", {
      method: "POST",
      body: new URLSearchParams({ leave }),
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(WAIT_MS),
    }).catch(() => undefined);
    if (answer?.status === 204) await step("readwrite", (marks) => marks.delete(leave));
  }

  // End what was left; tells whether nothing of it can be opened any more.
  async function settle() {
    await Promise.all((await all()).map(end));
    return !(await isHeld());
  }

  return { add, all, has, isHeld, replaced, settle };
})();

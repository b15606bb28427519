// What the phone takes along: readable until the session that took it is over for good, and by a
// clock that nobody turned back.
import * as store from "./store.js";

const SEEN = "wangge.seen"; // when it was looked at last
const ENDED = "wangge.ended"; // since when there is nothing, because the time was over
const TURNED_BACK_MS = 5 * 60 * 1000;
const LONGEST_WAIT_MS = 2 ** 31 - 1;

const seen = () => Number(localStorage.getItem(SEEN)) || 0;
const isOver = (kept) => !(kept.until > Date.now()) || Date.now() < seen() - TURNED_BACK_MS;

// What is kept of an account; undefined: nothing, or not any more.
export async function read(account) {
  const kept = await store.read("packages", account, "package").catch(() => undefined);
  if (!kept) return undefined;
  if (isOver(kept)) {
    localStorage.setItem(ENDED, String(Math.min(kept.until || Date.now(), Date.now())));
    await store.clear();
    return undefined;
  }
  localStorage.setItem(SEEN, String(Date.now()));
  return kept;
}

// The service has answered: the time it leaves counts from now, whatever the phone's clock says.
export async function keep(account, answer) {
  const now = Date.now();
  const kept = { ...answer, taken: now, until: now + answer.lasts_s * 1000 };
  await store.keep("packages", account, "package", kept);
  localStorage.setItem(SEEN, String(now));
  localStorage.removeItem(ENDED);
  return kept;
}

// When the time was over; 0: it was not.
export const endedAt = () => Number(localStorage.getItem(ENDED)) || 0;

// Call when the time is over: by a clock, and when a phone wakes up, whose clocks had stood still.
export function whenOver(kept, act) {
  const check = () => isOver(kept) && act();
  setTimeout(check, Math.min(kept.until - Date.now() + 1000, LONGEST_WAIT_MS));
  document.addEventListener("visibilitychange", check);
  addEventListener("pageshow", check);
}

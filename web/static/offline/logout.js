// Runs on every page of who has logged in. Log-out clears the phone and ends the session, now or
// with the next network; from pages of a session that was left, in whatever tab, one is led away.
import "./left.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import * as tabs from "./tabs.js";
import { fill } from "./words.js";
import { standing } from "../standing.js";

const SEND_MS = 6000;
const { left } = self;
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
const account = meta("account");
const leave = meta("leave");

// Keep something for this session, unless it was left, or somebody else came, meanwhile.
export const whileHere = (act) =>
  store.alone(async () => ((await left.has(leave)) || store.account() !== account ? undefined : act()));

async function send() {
  if (!navigator.onLine || !navigator.locks) return;
  const late = new Promise((done) => setTimeout(done, SEND_MS));
  await Promise.race([outbox.send(account, meta("csrf")), late]).catch(() => undefined);
}

async function mark(session) {
  await left.add(session);
  tabs.tell({ left: session });
}

// What is not sent is told first, with the number. The mark goes before everything else: whatever
// happens to this page from then on, the session ends.
async function logOut() {
  await send();
  const waiting = (await outbox.all(account)).length;
  if (waiting && !confirm(fill(meta("outbox-warning"), { n: waiting }))) return location.assign("/offline#outbox");
  await mark(leave);
  await standing(account); // who logged in anew in another tab has another session by now
  if (meta("leave") !== leave) await mark(meta("leave"));
  await store.forget();
  location.replace((await left.settle()) ? "/login" : "/offline");
}

for (const form of document.querySelectorAll('form[action="/logout"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.plain) return;
    event.preventDefault();
    if (form.dataset.leaving) return;
    form.dataset.leaving = "1";
    logOut().catch(() => {
      form.dataset.plain = "1"; // a browser that keeps nothing: it logs out as without script
      form.requestSubmit();
    });
  });
}

async function depart() {
  await store.forget();
  await left.settle();
  location.replace("/login");
}

// The page came with the cookie that the browser has now. Tells whether one may stay on it.
async function arrive() {
  if (await left.has(leave)) return depart().then(() => false);
  await left.replaced(leave);
  if (store.account() && store.account() !== account) await store.forget();
  tabs.tell({ account });
  return true;
}

tabs.onTold((what) => {
  if (what.left === leave) location.replace("/login");
  else if (what.account && what.account !== account) location.replace("/");
});
addEventListener("pageshow", async (event) => event.persisted && (await left.has(leave)) && depart());

export const arrived = arrive();

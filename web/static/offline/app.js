// The page without network: shows what the phone keeps, and keeps what is written down.
import "./left.js";
import { el, t } from "./dom.js";
import * as kept from "./kept.js";
import * as outbox from "./outbox.js";
import * as pages from "./pages.js";
import * as store from "./store.js";
import * as tabs from "./tabs.js";

const AGAIN_MS = 30 * 1000;
const { left } = self;
const place = document.getElementById("offline");
const account = store.account();
let query = "";
let typed = []; // forms that someone was filling in when the time was over
let watched; // until when what is shown is watched

const say = (words) => {
  const said = document.getElementById("said");
  if (said) said.textContent = words;
};

async function log(item) {
  await outbox.add(account, item);
  typed = [];
  await show();
  say(t("kept"));
  document.getElementById("outbox")?.scrollIntoView();
  await send();
}

async function send(asked) {
  const answer = await fetch("/api/session", { headers: { Accept: "application/json" } }).catch(() => undefined);
  if (!answer) return say(t("no_network"));
  if (!answer.ok) return say(t("log_in"));
  online();
  const session = await answer.json();
  if (session.account !== account) return say(t("other_account"));
  const sent = await outbox.send(account, session.csrf).catch((error) => error);
  await show();
  if (sent instanceof TypeError) return say(t("no_network"));
  if (sent instanceof Error) return say(t("stumbled"));
  if (sent || asked) say(t("sent", { n: sent }));
}

// The service has answered: what the page began with is true no longer.
function online() {
  const notice = document.getElementById("network");
  notice.classList.remove("warn");
  for (const part of notice.querySelectorAll("[data-online]")) part.textContent = part.dataset.online;
}

async function save() {
  const link = el("a", { href: URL.createObjectURL(await outbox.file(account)), download: `wangge-outbox-${account}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function load(event) {
  const [file] = event.target.files;
  if (!file) return;
  const taken = await outbox.restore(account, await file.text()).catch(() => -1);
  await show();
  say(taken < 0 ? t("load.wrong") : t("load.done", { n: taken }));
}

const acts = {
  send,
  save,
  load,
  drop: (entry) => outbox.drop(account, entry.item.id).then(show),
  retry: (entry) => outbox.retry(account, entry).then(send),
};

function body(found) {
  const path = decodeURIComponent(location.pathname);
  if (path.startsWith("/households/")) return pages.card(found, path.slice("/households/".length), log);
  if (path === "/offline") return [el("h1", {}, t("waiting"))];
  if (path === "/households")
    return pages.households(found, query, (typed) => {
      query = typed;
      show().then(() => {
        const field = document.getElementById("find");
        field.focus();
        field.setSelectionRange(typed.length, typed.length);
      });
    });
  const since = { day: new Date(found.taken).toLocaleString(), until: new Date(found.until).toLocaleString() };
  return pages.due(found, found.unit ? t("as_of.unit", { ...since, unit: found.unit.name }) : t("as_of", since));
}

function empty() {
  const ended = kept.endedAt();
  const words = ended ? t("over", { at: new Date(ended).toLocaleString() }) : t("nothing");
  return [el("h1", {}, t("title")), el("p", { class: "empty" }, words)];
}

// What is half written is not lost with what was taken along.
function over() {
  const isTouched = (field) => (field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked : field.type !== "file" && field.value && field.value !== field.defaultValue && field.tagName !== "SELECT");
  typed = [...place.querySelectorAll("form")].filter((form) => [...form.elements].some(isTouched));
  return show();
}

function watch(found) {
  if (watched === found.until) return;
  watched = found.until;
  kept.whenOver(found, over);
}

// What waits is shown whatever else the phone has lost: it is nowhere else.
async function show() {
  const found = account ? await kept.read(account) : undefined;
  const entries = account ? await outbox.all(account) : [];
  if (!found) return place.replaceChildren(...empty(), ...typed, ...(account ? [pages.outbox(entries, acts)] : []));
  watch(found);
  place.replaceChildren(
    el("nav", { class: "switch", "aria-label": t("nav") }, el("a", { href: "/due" }, t("due")), el("a", { href: "/households" }, t("households")), el("a", { href: "#outbox" }, t("outbox", { n: entries.length }))),
    ...body(found).filter(Boolean),
    pages.outbox(entries, acts),
    ...(found.leave ? [el("p", {}, el("button", { type: "button", class: "quiet", onclick: () => logOut(found) }, t("log_out")))] : []),
  );
}

const end = async () => (await left.settle()) && location.replace("/login");

async function logOut(found) {
  const waiting = (await outbox.all(account)).length;
  if (waiting && !confirm(t("warning", { n: waiting }))) return;
  await left.add(found.leave);
  tabs.tell({ left: found.leave });
  await store.forget();
  location.replace("/offline");
}

// Somebody has logged out here, and the service does not know yet: nothing of theirs is shown.
async function leave() {
  await store.forget();
  document.querySelector("#network [data-online]").textContent = t("left.notice");
  lead("/login");
  place.replaceChildren(el("h1", {}, t("left")), el("p", { class: "empty" }, t("left.next")));
  addEventListener("online", end);
  setInterval(end, AGAIN_MS);
  await end();
}

function lead(address) {
  for (const again of document.querySelectorAll("[data-again]")) again.href = address;
}

async function begin() {
  if (await left.isHeld()) return leave();
  lead(location.pathname === "/offline" ? "/due" : location.pathname + location.search);
  outbox.onChange(show);
  addEventListener("online", () => send());
  await show();
  if (location.search.includes("kept=1")) say(t("kept"));
  if (navigator.onLine && account) await send();
}

tabs.onTold((what) => (what.left || what.account !== account) && location.reload());
begin();

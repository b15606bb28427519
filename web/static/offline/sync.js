// Runs on every page of who has logged in: keeps what the phone takes along fresh, sends what
// waits, and clears the phone at log-out.
import * as forms from "./forms.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";

const FRESH_MS = 10 * 60 * 1000;
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
const account = meta("account");
const csrf = meta("csrf");

async function take() {
  const kept = await store.read("packages", account, "package").catch(() => undefined);
  if (kept && Date.now() - kept.taken < FRESH_MS) return ready(kept);
  const answer = await fetch("/api/offline", { headers: { Accept: "application/json" } });
  if (!answer.ok) return tell("refused", (await answer.json()).detail);
  const taken = { ...(await answer.json()), taken: Date.now() };
  await store.keep("packages", account, "package", taken);
  await ready(taken);
}

// Whether one may walk into a cellar now: the pages and the homes are both on the phone.
async function ready(kept) {
  await navigator.serviceWorker.ready;
  tell("ready", new Date(kept.taken).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
}

function tell(state, what) {
  const place = document.querySelector("[data-kept]");
  if (!place) return;
  place.textContent = (place.dataset[state] ?? "{what}").replace("{what}", what ?? "");
  place.dataset.kept = state;
}

async function send() {
  if (!navigator.onLine) return;
  const sent = await outbox.send(account, csrf).catch(() => 0);
  if (sent) await store.drop("packages", [account, "package"]).then(take);
}

async function badge() {
  const waiting = await outbox.all(account);
  for (const place of document.querySelectorAll("[data-outbox]")) {
    place.textContent = waiting.length || "";
    place.hidden = !waiting.length;
  }
}

// Log-out clears the phone; what is not sent is told first, with the number.
for (const form of document.querySelectorAll('form[action="/logout"]')) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.cleared) return;
    event.preventDefault();
    await send();
    const left = (await outbox.all(account)).length;
    const words = meta("outbox-warning").replace("{n}", left);
    if (left && !confirm(words)) return void (location.href = "/offline#outbox");
    await store.forget();
    form.dataset.cleared = "1";
    form.requestSubmit();
  });
}

async function begin() {
  if (store.account() && store.account() !== account) await store.forget();
  store.remember(account);
  forms.watch(account);
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  outbox.onChange(badge);
  addEventListener("online", send);
  await badge();
  await send();
  await take();
}

if (account && "serviceWorker" in navigator && crypto.subtle) begin().catch(() => tell("failed"));
else tell("failed");

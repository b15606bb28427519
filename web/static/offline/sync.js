// Runs on every page of who has logged in: keeps what the phone takes along fresh, sends what
// waits, and clears the phone at log-out.
import * as choice from "./choice.js";
import * as forms from "./forms.js";
import * as kept from "./kept.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";

const FRESH_MS = 10 * 60 * 1000;
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
const account = meta("account");
const csrf = meta("csrf");

async function take() {
  const unit = choice.chosen(account);
  const known = await kept.read(account);
  const isFresh = known && Date.now() - known.taken < FRESH_MS && known.session_ends_at === meta("session-ends");
  if (isFresh && (known.unit?.code ?? "") === unit) return ready(known);
  const address = unit ? `/api/offline?unit=${encodeURIComponent(unit)}` : "/api/offline";
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) return refused((await answer.json()).detail);
  await ready(await kept.keep(account, await answer.json()));
}

// More than a phone carries, or a unit that is one's own no more: say so, and offer what would do.
async function refused(detail) {
  choice.choose(account, "");
  await store.clear();
  tell("refused", { what: detail });
  await choice.offer(account);
}

// Whether one may walk into a cellar now: the pages and the homes are both on the phone.
async function ready(found) {
  await navigator.serviceWorker.ready;
  kept.whenOver(found, () => kept.read(account).then((still) => still || tell("over")));
  tell(found.unit ? "part" : "ready", { what: clock(found.taken), until: clock(found.until), unit: found.unit?.name });
}

const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function tell(state, values = {}) {
  const place = document.querySelector("[data-kept]");
  if (!place) return;
  place.textContent = (place.dataset[state] ?? "{what}").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? "");
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
  choice.watch(account, take);
  await take();
}

if (account && "serviceWorker" in navigator && crypto.subtle) begin().catch(() => tell("failed"));
else tell("failed");

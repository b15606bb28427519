// Runs on every page of who answers for people: keeps what the phone takes along fresh, and sends
// what waits.
import * as choice from "./choice.js";
import * as forms from "./forms.js";
import * as kept from "./kept.js";
import * as logout from "./logout.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import { fill } from "./words.js";

const FRESH_MS = 10 * 60 * 1000;
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
const account = meta("account");

async function take() {
  const unit = choice.chosen(account);
  const known = await kept.read(account);
  const isFresh = known && Date.now() - known.taken < FRESH_MS && known.session_ends_at === meta("session-ends");
  if (isFresh && (known.unit?.code ?? "") === unit) return ready(known);
  if (!unit && !known && !(await choice.fits())) return tooMany();
  const address = unit ? `/api/offline?unit=${encodeURIComponent(unit)}` : "/api/offline";
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (answer.status === 422) return refused((await answer.json()).detail);
  if (!answer.ok && known) return ready(known); // the service stumbled: what is kept is still good
  if (!answer.ok) throw new Error(`offline: ${answer.status}`);
  const found = await answer.json();
  if (found.account !== account) return; // somebody else has logged in in another tab
  const fresh = await logout.whileHere(() => kept.keep(account, found));
  if (fresh) await ready(fresh);
}

// More than a phone carries, and nobody has chosen yet.
async function tooMany() {
  tell("many");
  await choice.offer(account);
}

// More than a phone carries by now, or a unit that is one's own no more: say so, and offer what would do.
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
  place.textContent = fill(place.dataset[state] ?? "{what}", values);
  place.dataset.kept = state;
}

async function send() {
  if (!navigator.onLine) return;
  const sent = await outbox.send(account, meta("csrf")).catch(() => 0);
  if (!sent) return;
  await store.drop("packages", [account, "package"]);
  if (document.querySelector("[data-tells]")) return location.reload(); // a card, of what was sent
  await take();
}

async function badge() {
  const waiting = await outbox.all(account);
  for (const place of document.querySelectorAll("[data-outbox]")) {
    place.textContent = waiting.length || "";
    place.hidden = !waiting.length;
  }
}

async function begin() {
  if (!(await logout.arrived)) return;
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

// Forms of pages that were opened with a network and are sent without one: what was typed goes to
// the outbox, under the id that the form carries, instead of into the browser's error page.
import * as outbox from "./outbox.js";

const WAIT_MS = 5000;
const ZONE = "+08:00"; // clocks of the district; the service reads its forms by them too
const PERSON = ["name", "sex", "birth_date", "id_number", "phone", "disability_type", "disability_grade"];
const SEALED = new Set(["id_number", "phone"]);

const text = (form, name) => (form.get(name) ?? "").trim();
const tags = (form, prefix = "") =>
  [...form.getAll(`${prefix}tags`), ...text(form, `${prefix}other_tags`).replaceAll("；", ";").split(";")]
    .map((tag) => tag.trim())
    .filter(Boolean)
    .join(";");

function newcomer(form) {
  const told = Object.fromEntries(PERSON.map((name) => [name, text(form, name)]).filter(([, value]) => value));
  return { ...told, lives_alone: form.has("lives_alone"), ...(tags(form) && { tags: tags(form) }) };
}

// Only what was altered: what others altered meanwhile stays as they left it.
function correction(form) {
  const told = {};
  for (const name of PERSON) {
    const value = text(form, name);
    if (SEALED.has(name) ? value || form.has(`remove.${name}`) : value !== text(form, `was.${name}`)) told[name] = value || null;
  }
  if (form.has("lives_alone") !== form.has("was.lives_alone")) told.lives_alone = form.has("lives_alone");
  if (tags(form) !== tags(form, "was.")) told.tags = tags(form) || null;
  return told;
}

const VALUES = {
  position: (form) => ({ lon: Number(text(form, "lon")), lat: Number(text(form, "lat")), crs: text(form, "crs") }),
  moved: (form) => ({ on: text(form, "on"), ...(text(form, "to") && { to: text(form, "to") }) }),
  died: (form) => ({ on: text(form, "on") }),
  new_resident: newcomer,
  correction,
};

function item(kind, household, form) {
  const head = { id: text(form, "id"), household };
  const at = new Date().toISOString();
  if (kind === "note") return { type: "note", ...head, text: text(form, "text"), written_at: at };
  const resident = text(form, "resident") || null;
  const note = text(form, "note");
  if (kind === "visit") {
    const minute = text(form, "visited_at");
    const visited = (minute.length === 16 ? `${minute}:00` : minute) + ZONE;
    return { type: "visit", ...head, resident, rule: text(form, "rule") || null, visited_at: visited, outcome: text(form, "outcome"), note };
  }
  const base = { base_version: Number(text(form, "base_version")), made_at: at, leaves: form.has("leaves") };
  return { type: "change", ...head, kind, resident, ...base, values: VALUES[kind](form), note };
}

// The service cannot be reached: not by this network, or not in the time that one waits at a door.
async function isAway() {
  if (!navigator.onLine) return true;
  const wait = AbortSignal.timeout(WAIT_MS);
  return fetch("/api/session", { signal: wait, headers: { Accept: "application/json" } }).then(() => false, () => true);
}

async function sendOrKeep(event, account) {
  const form = event.target;
  if (form.dataset.sure) return;
  event.preventDefault();
  try {
    if (await isAway()) {
      await outbox.add(account, item(form.dataset.keep, form.dataset.household, new FormData(form)));
      location.href = "/offline?kept=1#outbox";
      return;
    }
  } catch {
    // What cannot be kept is sent as a browser does: it says so, and keeps what was typed.
  }
  form.dataset.sure = "1";
  form.requestSubmit();
}

export function watch(account) {
  for (const form of document.querySelectorAll("form[data-keep]"))
    form.addEventListener("submit", (event) => sendOrKeep(event, account));
}

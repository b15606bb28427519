// Forms of pages that were opened with a network and are sent without one, or when the session is
// over: what was typed goes to the outbox, under the id that the form carries, instead of into the
// browser's error page or the log-in.
import { standing } from "../standing.js";
import * as outbox from "./outbox.js";

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

// Where what is kept is told of: it goes out with the network, or when its author has logged in.
const TOLD = {
  away: () => "/offline?kept=1#outbox",
  over: (card) => `/login?${new URLSearchParams({ next: card, kept: "1" })}`,
};

async function keep(form, account, told) {
  await outbox.add(account, item(form.dataset.keep, form.dataset.household, new FormData(form)));
  location.href = told(`/households/${encodeURIComponent(form.dataset.household)}`);
}

// What cannot be kept is sent as any other form is: ../session.js sees to what was typed.
async function sendOrKeep(event, account) {
  const { target: form, submitter } = event;
  if (form.dataset.sure || form.dataset.plain) return;
  event.preventDefault();
  if (form.dataset.asking) return;
  form.dataset.asking = "1";
  const found = await standing(account);
  const told = TOLD[found];
  const isKept = told && (await keep(form, account, told).then(() => true, () => false));
  delete form.dataset.asking;
  if (isKept) return;
  form.dataset[told ? "plain" : "sure"] = "1";
  form.requestSubmit(submitter);
  delete form.dataset.sure;
}

export function watch(account) {
  for (const form of document.querySelectorAll("form[data-keep]"))
    form.addEventListener("submit", (event) => sendOrKeep(event, account));
}

// What the phone shows without network: who is due, a household, what waits to be sent.
import * as changes from "./changes.js";
import { days, el, rule, t, years } from "./dom.js";

const where = (home) =>
  home.address || [home.building, home.entrance, home.floor, home.room].filter(Boolean).join(" ") || home.code;
const address = (code) => `/households/${encodeURIComponent(code)}`;

function dueState(line, today) {
  const late = days(line.due_on, today);
  if (late > 0) return el("span", { class: "state failed" }, t("overdue", { n: late }));
  if (late === 0) return el("span", { class: "state running" }, t("today"));
  return el("span", { class: "state waiting" }, t("in", { n: -late }));
}

function person(resident, today) {
  const marks = [
    resident.lives_alone ? t("alone") : null,
    resident.disability_grade ? t("grade", { n: resident.disability_grade }) : null,
  ].filter(Boolean);
  return el(
    "li",
    {},
    el("span", { class: "who-name" }, resident.name),
    t("age", { n: years(resident.birth_date, today) }),
    marks.length ? ` · ${marks.join(" · ")}` : "",
  );
}

export function due(kept, text) {
  const homes = new Map(kept.households.map((home) => [home.code, home]));
  const groups = new Map();
  for (const line of kept.due) {
    if (!groups.has(line.household)) groups.set(line.household, []);
    groups.get(line.household).push(line);
  }
  const rows = [...groups].map(([code, lines]) =>
    el(
      "li",
      {},
      el(
        "a",
        { class: "what", href: address(code) },
        ...lines.map((line) => el("span", { class: "asked" }, el("span", { class: "who-name" }, line.name), dueState(line, kept.day), ` ${rule(line.rule)}`)),
        el("span", { class: "where" }, where(homes.get(code) ?? { code })),
      ),
    ),
  );
  return [
    el("h1", {}, t("due")),
    el("p", { class: "note" }, text),
    rows.length ? el("ul", { class: "due" }, ...rows) : el("p", { class: "empty" }, t("nobody")),
  ];
}

export function households(kept, query, search) {
  const wanted = query.trim().toLowerCase();
  const fits = (home) =>
    !wanted ||
    where(home).toLowerCase().includes(wanted) ||
    home.residents.some((resident) => resident.name.includes(wanted));
  const found = kept.households.filter(fits);
  return [
    el("h1", {}, t("households")),
    el(
      "div",
      { class: "field" },
      el("label", { for: "find" }, t("find")),
      el("input", { id: "find", type: "search", value: query, oninput: (event) => search(event.target.value) }),
    ),
    el("p", { class: "note", role: "status" }, t("found", { n: found.length, total: kept.households.length })),
    el(
      "ul",
      { class: "due" },
      ...found.slice(0, 100).map((home) =>
        el("li", {}, el("a", { class: "what", href: address(home.code) }, el("span", {}, where(home)), el("span", { class: "where" }, home.residents.map((r) => r.name).join("、")))),
      ),
    ),
  ];
}

const OUTCOMES = ["met", "needs_help", "check_up", "nobody_home", "refused", "gone"];

function visitForm(home, lines, log) {
  const send = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const resident = form.get("resident") || null;
    const asked = lines.find((line) => line.resident === resident) ?? (resident ? null : lines[0]);
    log({
      type: "visit",
      household: home.code,
      resident,
      rule: asked?.rule ?? null,
      visited_at: new Date().toISOString(),
      outcome: form.get("outcome"),
      note: form.get("note").trim(),
    });
  };
  return el(
    "form",
    { onsubmit: send, id: "visit" },
    el("h2", {}, t("visit")),
    el(
      "div",
      { class: "field" },
      el("label", { for: "resident" }, t("whom")),
      el(
        "select",
        { id: "resident", name: "resident" },
        el("option", { value: "" }, t("everybody")),
        ...home.residents.map((resident) => el("option", { value: resident.code }, resident.name)),
      ),
    ),
    el(
      "fieldset",
      {},
      el("legend", {}, t("outcome")),
      ...OUTCOMES.map((outcome, at) =>
        el("label", { class: "choice" }, el("input", { type: "radio", name: "outcome", value: outcome, required: true, checked: at === 0 }), el("span", {}, t(`outcome.${outcome}`))),
      ),
    ),
    el("div", { class: "field" }, el("label", { for: "note" }, t("note")), el("textarea", { id: "note", name: "note", maxlength: "2000", rows: "2" })),
    el("button", { type: "submit" }, t("visit.log")),
  );
}

function noteForm(home, log) {
  const send = (event) => {
    event.preventDefault();
    const text = new FormData(event.target).get("text").trim();
    if (text) log({ type: "note", household: home.code, text, written_at: new Date().toISOString() });
  };
  return el(
    "details",
    {},
    el("summary", {}, t("note.add")),
    el("form", { onsubmit: send }, el("div", { class: "field" }, el("label", { for: "text" }, t("note")), el("textarea", { id: "text", name: "text", maxlength: "2000", rows: "3", required: true })), el("button", { type: "submit", class: "quiet" }, t("note.keep"))),
  );
}

export function card(kept, code, log) {
  const home = kept.households.find((one) => one.code === code);
  if (!home) return [el("h1", {}, t("unknown")), el("p", {}, t("unknown.next")), el("p", {}, el("a", { class: "button quiet", href: "/due" }, t("due")))];
  const lines = kept.due.filter((line) => line.household === code);
  const last = home.last_visit;
  return [
    el("h1", {}, where(home)),
    el("ul", { class: "plain" }, ...home.residents.map((resident) => person(resident, kept.day))),
    lines.length ? el("ul", { class: "plain" }, ...lines.map((line) => el("li", {}, `${line.name} `, dueState(line, kept.day), ` ${rule(line.rule)}`))) : null,
    last ? el("p", { class: "note" }, t("last", { day: last.visited_at.slice(0, 10), outcome: t(`outcome.${last.outcome}`) })) : null,
    visitForm(home, lines, log),
    noteForm(home, log),
    home.residents.length ? changes.leaving(home, kept.day, log) : null,
    changes.coming(home, kept.day, log),
    changes.position(home, log),
    el("p", { class: "hint" }, t("numbers")),
  ];
}

function entryLine(entry, acts) {
  const { item } = entry;
  const what = item.type === "visit" ? `${t("visit")}: ${t(`outcome.${item.outcome}`)}` : item.type === "note" ? t("note.add") : t(`kind.${item.kind}`);
  const stuck = entry.state !== "waiting";
  return el(
    "li",
    {},
    el("p", {}, el("a", { href: address(item.household) }, item.household), ` · ${what} · ${new Date(entry.at).toLocaleString()}`),
    el("p", {}, el("span", { class: `state ${stuck ? "failed" : "waiting"}` }, t(`state.${entry.state}`)), entry.detail ? ` ${entry.detail}` : "", entry.conflicts?.length ? ` ${t("conflict.fields", { names: entry.conflicts.join(", ") })}` : ""),
    entry.state === "refused" ? el("button", { type: "button", class: "quiet", onclick: () => acts.retry(entry) }, t("retry")) : null,
    stuck ? el("button", { type: "button", class: "warn", onclick: () => confirm(t("drop.sure")) && acts.drop(entry) }, entry.state === "conflict" ? t("seen") : t("drop")) : null,
  );
}

export function outbox(entries, acts) {
  return el(
    "section",
    { id: "outbox", "aria-labelledby": "outbox-title" },
    el("h2", { id: "outbox-title" }, t("outbox", { n: entries.length })),
    entries.length ? el("ul", { class: "cases" }, ...entries.map((entry) => entryLine(entry, acts))) : el("p", { class: "empty" }, t("outbox.empty")),
    el(
      "p",
      { class: "actions" },
      el("button", { type: "button", onclick: acts.send }, t("send")),
      entries.length ? el("button", { type: "button", class: "quiet", onclick: acts.save }, t("save")) : null,
      el("label", { class: "button quiet" }, t("load"), el("input", { type: "file", class: "visually-hidden", accept: "application/json", onchange: acts.load })),
    ),
    el("p", { class: "hint", role: "status", id: "said" }),
  );
}

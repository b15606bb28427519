// What is reported of a household without network: who left, who came, where it really is.
import { el, t } from "./dom.js";

const field = (id, words, ...inside) => el("div", { class: "field" }, el("label", { for: id }, words), ...inside);
const input = (id, name, more = {}) => el("input", { id, name, autocomplete: "off", ...more });
const choice = (name, value, words, more = {}) =>
  el("label", { class: "choice" }, el("input", { type: "radio", name, value, ...more }), el("span", {}, words));

function report(home, kind, values, more, log) {
  return log({
    type: "change",
    household: home.code,
    kind,
    base_version: home.version,
    made_at: new Date().toISOString(),
    values,
    ...more,
  });
}

function folded(words, submit, ...inside) {
  const send = (event) => {
    event.preventDefault();
    submit(new FormData(event.target));
  };
  const form = el("form", { onsubmit: send }, ...inside, el("button", { type: "submit", class: "quiet" }, t("report")));
  return el("details", {}, el("summary", {}, words), form);
}

export function leaving(home, today, log) {
  const submit = (form) => {
    const resident = home.residents.find((one) => one.code === form.get("resident"));
    report(home, form.get("kind"), { on: form.get("on") }, { resident: resident.code, base_version: resident.version }, log);
  };
  const people = home.residents.map((one) => el("option", { value: one.code }, one.name));
  return folded(
    t("leaving"),
    submit,
    field("who", t("who"), el("select", { id: "who", name: "resident", required: true }, ...people)),
    el("fieldset", {}, el("legend", {}, t("what")), ...["moved", "died"].map((kind) => choice("kind", kind, t(`kind.${kind}`), { required: true }))),
    field("on", t("on"), input("on", "on", { type: "date", value: today, max: today, required: true })),
  );
}

export function coming(home, today, log) {
  const submit = (form) => {
    const given = ["name", "birth_date", "sex", "phone"].map((name) => [name, (form.get(name) ?? "").trim()]);
    const values = Object.fromEntries(given.filter(([, value]) => value));
    report(home, "new_resident", { ...values, lives_alone: form.has("lives_alone") }, {}, log);
  };
  return folded(
    t("kind.new_resident"),
    submit,
    field("name", t("name"), input("name", "name", { required: true, maxlength: "1000" })),
    field("born", t("born"), input("born", "birth_date", { type: "date", max: today, required: true })),
    el("fieldset", {}, el("legend", {}, t("sex")), ...["female", "male"].map((sex) => choice("sex", sex, t(`sex.${sex}`)))),
    field("phone", t("phone"), input("phone", "phone", { type: "tel", maxlength: "24" })),
    el("label", { class: "choice" }, el("input", { type: "checkbox", name: "lives_alone" }), el("span", {}, t("alone"))),
  );
}

// Satellites answer without network too.
export function position(home, log) {
  const said = el("p", { class: "hint", role: "status" });
  const lon = input("lon", "lon", { inputmode: "decimal", required: true, value: home.lon.toFixed(7) });
  const lat = input("lat", "lat", { inputmode: "decimal", required: true, value: home.lat.toFixed(7) });
  const crs = el("input", { type: "checkbox", name: "gcj", checked: localStorage.getItem("wangge.gcj") === "1" });
  const here = () => {
    said.textContent = t("here.asking");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        lon.value = coords.longitude.toFixed(7);
        lat.value = coords.latitude.toFixed(7);
        said.textContent = t("here.found", { n: Math.round(coords.accuracy) });
      },
      () => (said.textContent = t("here.denied")),
      { enableHighAccuracy: true, maximumAge: 30000, timeout: 20000 },
    );
  };
  const submit = (form) => {
    const values = { lon: Number(form.get("lon")), lat: Number(form.get("lat")) };
    report(home, "position", form.has("gcj") ? { ...values, crs: "GCJ-02" } : values, {}, log);
  };
  return folded(
    t("kind.position"),
    submit,
    el("p", { class: "actions" }, el("button", { type: "button", class: "quiet", onclick: here }, t("here"))),
    said,
    field("lon", t("lon"), lon),
    field("lat", t("lat"), lat),
    el("label", { class: "choice" }, crs, el("span", {}, t("gcj"))),
  );
}

// Which households go along: all in one's care, or those of one unit. Remembered by this phone.
import * as words from "./words.js";

const name = (account) => `wangge.unit.${account}`;

// The code of the unit that was chosen; "": all.
export const chosen = (account) => localStorage.getItem(name(account)) ?? "";
export const choose = (account, unit) =>
  unit ? localStorage.setItem(name(account), unit) : localStorage.removeItem(name(account));

// What there is, each with its number; undefined: the service does not say.
async function listed() {
  const answer = await fetch("/api/offline/choices", { headers: { Accept: "application/json" } });
  return answer.ok ? (await answer.json()).choices : undefined;
}

// Whether a phone carries all in one's care.
export const fits = async () => (await listed())?.find((one) => one.code === null)?.fits ?? true;

const place = () => document.getElementById("take");

// Fill the list with what there is, each with its number; what is too many cannot be chosen.
async function fill(account) {
  const said = JSON.parse(place().dataset.words);
  const choices = await listed();
  if (!choices) return;
  const list = place().querySelector("select");
  list.replaceChildren(
    ...choices.map((one) => {
      const option = new Option(words.fill(one.fits ? said.one : said.too_many, { name: one.name ?? said.all, n: one.households.toLocaleString() }), one.code ?? "");
      option.disabled = !one.fits;
      return option;
    }),
  );
  list.value = chosen(account);
  if (list.selectedIndex < 0 || list.selectedOptions[0].disabled) {
    list.prepend(new Option(said.choose, "", true, true));
    list.options[0].disabled = true;
  }
}

export async function offer(account) {
  if (!place()) return;
  if (place().open) await fill(account);
  else place().open = true; // which fills it
}

export function watch(account, take) {
  if (!place()) return;
  place().addEventListener("toggle", () => place().open && fill(account));
  place().querySelector("select").addEventListener("change", (event) => {
    choose(account, event.target.value);
    take().catch(() => undefined);
  });
}

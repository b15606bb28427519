// Who has logged in by now, for what is about to be sent from a page: sessions end while one types.
const WAIT_MS = 5000;

// The page's forms, and its log-out, belong to the session that there is now.
function renew({ csrf, leave }) {
  document.querySelector('meta[name="csrf"]').content = csrf;
  document.querySelector('meta[name="leave"]').content = leave;
  for (const field of document.querySelectorAll('input[name="csrf"]')) field.value = csrf;
}

// "here": the account of the page. "over": nobody, or somebody else. "away": the service cannot be
// reached, not by this network or not in the time that one waits at a door. "unclear": it stumbled.
export async function standing(account) {
  if (!navigator.onLine) return "away";
  try {
    const asked = { signal: AbortSignal.timeout(WAIT_MS), cache: "no-store", headers: { Accept: "application/json" } };
    const answer = await fetch("/api/session", asked);
    if (answer.status === 401) return "over";
    if (!answer.ok) return "unclear";
    const found = await answer.json();
    if (found.account !== account) return "over";
    renew(found);
    return "here";
  } catch {
    return "away";
  }
}

// Forms of who has logged in: what was typed does not go down with a session that is over. The
// service is asked who is logged in before anything is sent; where it is nobody, or somebody else,
// the form stays as it is and says so. Forms that the outbox knows are offline/forms.js's.
import { standing } from "./standing.js";

const AGAIN_MS = 1000;
const account = document.querySelector('meta[name="account"]').content;

function tell(form) {
  const notice = document.getElementById("unsent").content.firstElementChild.cloneNode(true);
  form.before(notice); // within, it would be one more cell of what some forms lay out
  notice.focus();
}

// A part of a page that was renewed meanwhile has taken its form away: that one is sent still.
function send(form, submitter) {
  if (!form.isConnected) {
    form.hidden = true;
    document.body.append(form);
  }
  form.dataset.sure = "1";
  form.requestSubmit(submitter);
  delete form.dataset.sure;
}

async function ask(form, submitter) {
  form.dataset.asking = "1";
  const found = await standing(account);
  document.querySelector("[data-unsent]")?.remove();
  if (found === "over") tell(form);
  else send(form, submitter);
  // A second press while the first one is under way sends nothing.
  setTimeout(() => delete form.dataset.asking, found === "over" ? 0 : AGAIN_MS);
}

const isPosted = (form, submitter) => {
  const method = submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "";
  return method.toLowerCase() === "post" && form.getAttribute("action") !== "/logout";
};

// What another script has taken into its hands is no longer ours.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.dataset.sure || !isPosted(form, submitter)) return;
  event.preventDefault();
  if (!form.dataset.asking) ask(form, submitter);
});

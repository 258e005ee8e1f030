// The form for the access token, shown when the server asks for one.

import { hasToken, setToken } from "./api.js";
import { byId } from "./dom.js";
import { say } from "./text.js";

let then = null;

// Ask, keep what was typed in this tab, and go on with `again`. `said` is why, where the server gave a reason.
export function askToken(again, said = "") {
  then = again;
  const dialog = byId("token-dialog");
  if (dialog.open) return;
  const refused = byId("token-refused");
  refused.textContent = said || (hasToken() ? say("token_refused") : "");
  refused.hidden = !refused.textContent;
  setToken(null);
  dialog.showModal();
  byId("token").focus();
}

byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = byId("token").value.trim();
  if (!typed) return;
  setToken(typed);
  byId("token").value = "";
  byId("token-dialog").close();
  then();
});

// Without a token there is nothing behind the form to go back to.
byId("token-dialog").addEventListener("cancel", (event) => event.preventDefault());

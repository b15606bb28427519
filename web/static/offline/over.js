// At the log-in: what the phone took along is cleared when its time is over, and what was left is
// ended, whoever comes next.
import "./left.js";
import * as kept from "./kept.js";
import * as store from "./store.js";

if ("indexedDB" in window) {
  if (store.account()) kept.read(store.account());
  self.left.settle();
}

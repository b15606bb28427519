// At the log-in: what the phone took along is cleared when its time is over, whoever comes next.
import * as kept from "./kept.js";
import * as store from "./store.js";

if (store.account() && "indexedDB" in window) kept.read(store.account());

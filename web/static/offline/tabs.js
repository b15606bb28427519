// Tabs of one phone tell each other who left and who came.
const CHANNEL = new BroadcastChannel("wangge-session");

export const tell = (what) => CHANNEL.postMessage(what);
export const onTold = (heard) => CHANNEL.addEventListener("message", ({ data }) => heard(data));

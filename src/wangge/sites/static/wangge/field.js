// Every page of the phone: the service worker, the reports that wait, and forgetting the shell when signing out.
const queue = window.WanggeQueue;
const EVERY = 60_000;

async function show() {
  const box = document.querySelector("[data-waiting]");
  if (!box) return;
  const reports = await queue.all();
  const waiting = reports.filter((one) => one.state !== "sent").length;
  const failed = reports.filter((one) => one.state === "error").length;
  box.hidden = waiting === 0;
  box.querySelector("[data-waiting-text]").textContent = failed ? `待发送 ${waiting} 件，其中 ${failed} 件要修改` : `待发送 ${waiting} 件`;
}

async function send() {
  if (!navigator.onLine) return;
  await queue.flush();
}

if (queue && "indexedDB" in window) {
  const channel = new BroadcastChannel(queue.CHANNEL);
  channel.addEventListener("message", show);
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  setInterval(async () => { if ((await queue.all()).some((one) => one.state === "waiting")) send(); }, EVERY);
  show();
  send();
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" }).catch(() => {});
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]") && "caches" in window) caches.delete("wangge-field-pages");
});

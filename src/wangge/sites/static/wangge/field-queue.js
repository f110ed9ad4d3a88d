// Reports written without a signal, kept on the phone and sent once there is one. Used by the pages and by the
// service worker, hence a classic script. Each has a number of its own: sent twice, it is one matter.
(() => {
  const DATABASE = "wangge-field";
  const CHANNEL = "wangge-field";
  const SESSION = "/field/session.json";
  const REPORT = "/field/report/";
  const KEEP_SENT = 5;

  function opened() {
    return new Promise((done, fail) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("reports", { keyPath: "uuid" });
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
  }

  async function within(mode, work) {
    const database = await opened();
    try {
      return await new Promise((done, fail) => {
        const transaction = database.transaction("reports", mode);
        const request = work(transaction.objectStore("reports"));
        transaction.oncomplete = () => done(request && request.result);
        transaction.onerror = () => fail(transaction.error);
        transaction.onabort = () => fail(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  const all = async () => (await within("readonly", (store) => store.getAll())).sort((a, b) => a.at - b.at);
  const get = (uuid) => within("readonly", (store) => store.get(uuid));
  const drop = (uuid) => within("readwrite", (store) => store.delete(uuid)).then(tell);
  const put = (report) => within("readwrite", (store) => store.put(report)).then(tell);

  function tell(extra) {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage(extra && extra.note ? extra : {});
    channel.close();
  }

  // Photos are kept as bytes: some phones lose blobs from the store.
  async function add(fields, files, user) {
    const photos = await Promise.all(files.map(async (file) => ({ name: file.name, type: file.type, bytes: await file.arrayBuffer() })));
    await put({ ...fields, photos, user, at: Date.now(), state: "waiting", error: "" });
  }

  function body(report) {
    const data = new FormData();
    for (const name of ["uuid", "kind", "grid", "text", "address", "lng", "lat"]) data.append(name, report[name] || "");
    if (report.urgent) data.append("urgent", "on");
    for (const photo of report.photos) data.append("photos", new File([photo.bytes], photo.name, { type: photo.type }));
    return data;
  }

  async function session() {
    const answer = await fetch(SESSION, { headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(20_000) });
    return answer.ok ? answer.json() : null;
  }

  function said(answer, found) {
    const errors = Object.values((found && found.errors) || {}).flat();
    if (errors.length) return errors.join(" ");
    return { 413: "照片太大，请减少几张。", 403: "没有在这里上报的权限。" }[answer.status] || `没有办成（${answer.status}），请修改后再发。`;
  }

  // One report. True: go on with the next; false: the network or the server does not answer, later again.
  async function sendOne(report, csrf) {
    let answer;
    try {
      answer = await fetch(REPORT, { method: "POST", body: body(report), headers: { Accept: "application/json", "X-CSRFToken": csrf }, credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout?.(120_000) });
    } catch {
      return false;
    }
    if (answer.type === "opaqueredirect" || answer.status === 429 || answer.status >= 500) return false;
    const found = await answer.json().catch(() => null);
    if (answer.ok && found) await put({ ...report, photos: [], state: "sent", number: found.number, url: found.url, note: found.note, sentAt: Date.now() });
    else await put({ ...report, state: "error", error: said(answer, found) });
    return true;
  }

  async function run() {
    const reports = await all();
    const sent = reports.filter((one) => one.state === "sent").sort((a, b) => b.sentAt - a.sentAt);
    for (const old of sent.slice(KEEP_SENT)) await drop(old.uuid);
    if (!reports.some((one) => one.state === "waiting")) return "empty";
    let who;
    try {
      who = await session();
    } catch {
      return "offline";
    }
    if (!who) return "signin";
    for (const report of reports) {
      if (report.state !== "waiting" || report.user !== who.user) continue;
      // Another page may have sent it while this one waited.
      const fresh = await get(report.uuid);
      if (fresh && fresh.state === "waiting" && !(await sendOne(fresh, who.csrf))) return "offline";
    }
    return reports.some((one) => one.state === "waiting" && one.user !== who.user) ? "other" : "done";
  }

  async function flush() {
    const result = await (navigator.locks ? navigator.locks.request(CHANNEL, run) : run());
    tell({ note: result });
    return result;
  }

  self.WanggeQueue = { CHANNEL, add, all, get, put, drop, flush };
})();

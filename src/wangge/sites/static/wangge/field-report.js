// The report in three taps: photo (the position is asked for by the way), kind, send. Sending always goes through
// the queue on the phone, so that a lost signal loses nothing.
const queue = window.WanggeQueue;
const form = document.querySelector("[data-report]");
const box = document.querySelector("[data-queue-box]");
const NOTES = {
  offline: "现在连不上，有网后自动发送。",
  signin: "登录已过期，登录后自动发送。",
  other: "有别的账号留下的上报，登录那个账号后发送。",
};
const keepable = Boolean(queue && "indexedDB" in window);

// -- the queue -------------------------------------------------------------------------------------

function when(at) {
  return new Date(at).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
}

function row(report) {
  const cell = document.querySelector("[data-queue-row]").content.cloneNode(true).firstElementChild;
  const part = (name) => cell.querySelector(`[data-${name}]`);
  const photos = report.photos.length ? ` · 照片 ${report.photos.length} 张` : "";
  part("what").textContent = report.kindName || report.text || "现场情况";
  part("when").textContent = report.state === "sent" ? `已发送 · 编号 ${report.number}` : `${when(report.at)}${photos}`;
  part("error").textContent = report.state === "error" ? report.error : report.note || "";
  cell.dataset.state = report.state;
  part("link").hidden = report.state !== "sent";
  if (report.url) part("link").href = report.url;
  if (report.state === "sent") part("drop").textContent = "清除";
  part("edit").hidden = report.state === "sent" || !form;
  part("edit").addEventListener("click", () => edit(report));
  part("drop").addEventListener("click", () => {
    if (report.state === "sent" || window.confirm("删除这件还没有发送的上报？")) queue.drop(report.uuid);
  });
  return cell;
}

async function show(said) {
  const reports = await queue.all();
  const waiting = reports.filter((one) => one.state !== "sent");
  box.hidden = reports.length === 0;
  box.querySelector("[data-queue-title]").textContent = waiting.length ? `待发送 ${waiting.length} 件` : "已发送";
  box.querySelector("[data-queue-send]").hidden = waiting.length === 0;
  box.querySelector("[data-queue-list]").replaceChildren(...reports.reverse().map(row));
  const note = box.querySelector("[data-queue-note]");
  if (said !== undefined) note.textContent = NOTES[said] || "";
  note.hidden = !note.textContent || waiting.length === 0;
}

function bindQueue() {
  const channel = new BroadcastChannel(queue.CHANNEL);
  channel.addEventListener("message", (event) => show(event.data.note));
  box.querySelector("[data-queue-send]").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    await show(await queue.flush());
    button.disabled = false;
  });
  show();
}

// -- the form --------------------------------------------------------------------------------------

const field = (name) => form.elements[name];

// The page may come from the phone's own store: its number must be new each time.
function newNumber() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function photoInput() {
  return form.querySelector("[data-photos] input[type=file]");
}

function clear() {
  form.reset();
  field("uuid").value = newNumber();
  field("lng").value = "";
  field("lat").value = "";
  form.querySelector(".wg-position-state").textContent = "";
  form.querySelector("[data-kind-found]").replaceChildren();
  const photos = photoInput();
  photos.value = "";
  photos.dispatchEvent(new CustomEvent("wangge:photos", { detail: [] }));
  form.querySelectorAll(".wg-alert, .invalid-feedback").forEach((one) => one.remove());
}

function edit(report) {
  clear();
  for (const name of ["uuid", "text", "address", "lng", "lat", "grid"]) if (field(name)) field(name).value = report[name] || "";
  field("urgent").checked = Boolean(report.urgent);
  choose(report.kind || "", report.kindName || "");
  const files = report.photos.map((photo) => new File([photo.bytes], photo.name, { type: photo.type }));
  photoInput().dispatchEvent(new CustomEvent("wangge:photos", { detail: files }));
  form.scrollIntoView({ behavior: "smooth" });
}

async function keep(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = form.querySelector(".wg-send");
  if (button.disabled) return;
  const kind = form.querySelector("[name=kind]:checked");
  const files = [...photoInput().files];
  const fields = { uuid: field("uuid").value, kind: kind?.value || "", urgent: field("urgent").checked };
  for (const name of ["grid", "text", "address", "lng", "lat"]) fields[name] = field(name)?.value.trim() || "";
  fields.kindName = fields.kind ? kind.closest("label").textContent.trim() : "";
  if (!fields.kind && !fields.text && !files.length) {
    await complain("请拍照、选类别，或写几个字。");
    return;
  }
  button.disabled = true;
  try {
    await queue.add(fields, files, Number(form.dataset.user));
  } catch {
    await complain("手机存储不够，没有保存；请减少照片，或有网时再试。");
    button.disabled = false;
    return;
  }
  clear();
  button.disabled = false;
  scrollTo({ top: 0 });
  navigator.serviceWorker?.ready.then((found) => found.sync?.register("reports")).catch(() => {});
  await show(navigator.onLine ? await queue.flush() : "offline");
}

async function complain(text) {
  const { toast } = await import("./toast.js");
  toast(text, "danger");
}

// -- kinds -----------------------------------------------------------------------------------------

let kinds = null;

async function loaded() {
  kinds ??= fetch(form.dataset.kinds).then((answer) => answer.json()).then((found) => found.kinds).catch(() => { kinds = null; return []; });
  return kinds;
}

function button(id, name, group) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "radio";
  input.name = "kind";
  input.value = id;
  const words = document.createElement("span");
  words.textContent = name;
  label.append(input, words);
  if (group) label.title = group;
  return label;
}

function choose(id, name) {
  let found = [...form.querySelectorAll("[name=kind]")].find((one) => one.value === String(id));
  if (!found) {
    const label = button(id, name);
    form.querySelector("[data-kind-found]").replaceChildren(label);
    found = label.querySelector("input");
  }
  found.checked = true;
}

async function search(event) {
  const typed = event.target.value.trim();
  const list = form.querySelector("[data-kind-found]");
  const checked = form.querySelector("[name=kind]:checked")?.value;
  form.querySelector("[data-kind-common]").hidden = typed !== "";
  if (!typed) {
    if (!list.querySelector(":checked")) list.replaceChildren();
    return;
  }
  const rows = (await loaded()).filter(([, name, group, words]) => `${name} ${group} ${words}`.includes(typed));
  rows.sort((a, b) => Number(b[1].includes(typed)) - Number(a[1].includes(typed)));
  list.replaceChildren(...rows.slice(0, 10).map(([id, name, group]) => button(id, name, group)));
  if (!rows.length) list.textContent = "没有这样的类别，可以选“不确定”，写几个字说明。";
  form.querySelector("[data-kind-common]").hidden = rows.length > 0;
  const again = [...list.querySelectorAll("input")].find((one) => one.value === checked);
  if (again) again.checked = true;
}

// -- position --------------------------------------------------------------------------------------

function bindPosition() {
  const locate = form.querySelector("[data-position]");
  const help = form.querySelector("[data-position-help]");
  // The button comes alive with a module of its own, perhaps a moment later than this one.
  const ask = (tries = 50) => {
    if (!locate.dataset.bound) { if (tries) setTimeout(ask, 100, tries - 1); return; }
    if (!field("lng").value && !locate.disabled) locate.click();
  };
  navigator.permissions?.query({ name: "geolocation" }).then((state) => { if (state.state === "granted") ask(); }).catch(() => {});
  photoInput().addEventListener("click", () => ask());
  document.addEventListener("wangge:position-failed", () => { help.hidden = false; });
  document.addEventListener("wangge:position", () => { help.hidden = true; });
}

if (keepable && box) bindQueue();
if (form) {
  form.querySelector("[data-kind-search]").addEventListener("input", search);
  setTimeout(bindPosition);
  if (keepable) {
    field("uuid").value = newNumber();
    form.addEventListener("submit", keep);
  }
}

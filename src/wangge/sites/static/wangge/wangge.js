// The entry module of every page: small behaviours bound by data attributes. Maps, charts, photos and
// positions live in their own modules and load only on pages that use them.
import { bindKeys } from "./keys.js";
import { bindForms } from "./forms.js";
import { bindListing } from "./listing.js";
import { toast } from "./toast.js";

const PARTS = [
  [".wg-map", () => import("./map.js")],
  [".wg-chart", () => import("./chart.js")],
  ["[data-photos]", () => import("./photos.js")],
  ["[data-position]", () => import("./position.js")],
];

function enhance(root) {
  for (const [selector, load] of PARTS) {
    const found = [...root.querySelectorAll(selector)].filter((element) => !element.dataset.ready);
    if (!found.length) continue;
    for (const element of found) element.dataset.ready = "1";
    load().then((module) => found.forEach((element) => module.start(element)));
  }
  root.querySelector("[data-focus]")?.focus();
}

// The long menu opens where the current page stands in it.
function showCurrent() {
  const current = document.querySelector(".wg-menu [aria-current=page]");
  for (let box = current?.parentElement; box && box !== document.body; box = box.parentElement) {
    const [inner, outer] = [current.getBoundingClientRect(), box.getBoundingClientRect()];
    const hidden = inner.top < outer.top || inner.bottom > Math.min(outer.bottom, innerHeight);
    if (hidden && box.scrollHeight > box.clientHeight) box.scrollTop += inner.top - outer.top - box.clientHeight / 2;
  }
}

function bindNetwork() {
  const bar = document.querySelector("[data-offline]");
  if (!bar) return;
  const show = () => { bar.hidden = navigator.onLine; };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

function bindHtmx() {
  document.body.addEventListener("htmx:load", (event) => enhance(event.detail.elt.parentElement || document));
  document.body.addEventListener("htmx:responseError", (event) => {
    const request = event.detail.xhr;
    const said = request.getResponseHeader("X-Wangge-Message");
    const fallback = { 403: "您没有这项权限。", 404: "没有找到，可能已不在您的范围内。", 409: "记录刚刚被别人改动，请刷新后再试。" };
    toast(said ? decodeURIComponent(said) : fallback[request.status] || "没有办成，请稍后再试。", "danger");
  });
  document.body.addEventListener("htmx:sendError", () => toast("连不上服务器，请检查网络后再试。", "danger"));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss-parent]")) event.target.closest("[data-dismiss-parent]").parentElement.remove();
  const printer = event.target.closest("[data-print]");
  if (printer) window.print();
  const copier = event.target.closest("[data-copy]");
  if (copier) navigator.clipboard?.writeText(copier.dataset.copy).then(() => toast("已复制。", "ok"));
});

bindForms();
bindKeys();
bindListing();
bindNetwork();
bindHtmx();
showCurrent();
document.addEventListener("shown.bs.offcanvas", showCurrent);
enhance(document);

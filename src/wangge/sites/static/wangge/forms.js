// Forms are sent once; what was typed is not lost by a stray click; confirmations ask first.
export function bindForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (button?.dataset.confirm && !window.confirm(button.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.dataset.clean = "1";
    // After the submitter's name and value have been read.
    setTimeout(() => form.querySelectorAll("button[type=submit], button:not([type])").forEach((one) => {
      one.disabled = true;
      one.classList.add("btn-loading");
    }));
  }, false);

  // Coming back with the browser's back button must not find a dead form.
  const revive = (root) => root.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button.btn-loading").forEach((one) => {
      one.disabled = false;
      one.classList.remove("btn-loading");
    });
  });
  addEventListener("pageshow", (event) => { if (event.persisted) revive(document); });
  document.addEventListener("htmx:afterRequest", () => revive(document));

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.guard !== undefined) delete form.dataset.clean;
    if (form?.dataset.guard !== undefined) form.dataset.dirty = "1";
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-dirty]:not([data-clean])")) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("shown.bs.modal", (event) => {
    event.target.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  });
}

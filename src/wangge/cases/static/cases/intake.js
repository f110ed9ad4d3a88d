// The intake desk: Alt+1…3 to the fields, Alt+4 to the suggestions, Ctrl+Enter sends, the standard words follow the class chosen.
const form = document.querySelector("[data-intake]");

document.addEventListener("keydown", (event) => {
  if (!form) return;
  if (event.altKey && !event.ctrlKey && /^[1-4]$/.test(event.key)) {
    event.preventDefault();
    const suggested = "#intake-help input[type=radio]";
    const field = event.key === "4" ? form.querySelector(`${suggested}:checked`) || form.querySelector(suggested) : form.querySelector(`[data-key="${event.key}"]`);
    field?.focus();
    if (event.key !== "4") field.select?.();
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    const button = document.activeElement?.closest("details")?.querySelector("button[type=submit]");
    form.requestSubmit(button || form.querySelector("[data-main]"));
  }
});

// The standard words fill the box only while nobody has written their own.
const classes = document.querySelector("#id_disposition");
const told = document.querySelector("#id_told");
let filled = "";
classes?.addEventListener("change", () => {
  const words = document.querySelector(`#intake-told [data-class="${CSS.escape(classes.value)}"]`)?.textContent || "";
  if (!told.value.trim() || told.value === filled) told.value = filled = words;
});

// Anonymous matters keep neither name nor phone.
const anonymous = document.querySelector("#id_is_anonymous");
const hide = () => {
  for (const id of ["id_phone", "id_name"]) {
    const field = document.getElementById(id);
    field.disabled = anonymous.checked;
  }
};
if (anonymous) {
  anonymous.addEventListener("change", hide);
  hide();
}

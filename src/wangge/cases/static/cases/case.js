// The page of a case: the standard words follow the class of a matter that is not dispatched.
const classes = document.querySelector("#decline_disposition");
const told = document.querySelector("#decline_told");
if (classes && told) {
  const show = () => {
    told.placeholder = document.querySelector(`#case-told [data-class="${CSS.escape(classes.value)}"]`)?.textContent || "";
  };
  classes.addEventListener("change", show);
  show();
}

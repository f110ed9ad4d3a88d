// Check in on the spot: one press takes the position and sends it. It goes to this server and nowhere else.
const ERRORS = {
  1: "没有定位权限。请允许本站使用位置，或填写街道出示的签到码。",
  2: "暂时定不了位。请到室外再试，或填写签到码。",
  3: "定位超时。请再试一次，或填写签到码。",
};

document.querySelectorAll("[data-arrive]").forEach((form) => {
  const here = form.querySelector("[data-here]");
  const said = form.querySelector("[data-said]");
  here.addEventListener("click", () => {
    if (!navigator.geolocation) {
      said.textContent = "这台设备不能定位，请填写签到码。";
      return;
    }
    here.disabled = true;
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.way.value = "position";
        form.elements.lng.value = coords.longitude.toFixed(6);
        form.elements.lat.value = coords.latitude.toFixed(6);
        said.textContent = `已定位，误差约 ${Math.round(coords.accuracy)} 米，正在签到…`;
        here.disabled = false;
        form.requestSubmit();
      },
      (error) => {
        here.disabled = false;
        said.textContent = ERRORS[error.code] || ERRORS[2];
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 10000 },
    );
  });
  form.querySelector("[data-by-code]").addEventListener("click", () => { form.elements.way.value = "code"; });
});

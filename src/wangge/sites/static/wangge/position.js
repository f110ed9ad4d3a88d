// The phone's position into two inputs. WGS-84, as the browser gives it; no other place learns of it.
const ERRORS = {
  1: "没有定位权限。请在浏览器设置里允许本站使用位置，或手动填写地址。",
  2: "暂时定不了位。请到室外再试，或手动填写地址。",
  3: "定位超时。请再试一次，或手动填写地址。",
};

export function start(button) {
  const state = button.nextElementSibling;
  const fill = (id, value) => {
    const input = id && document.getElementById(id);
    if (!input) return;
    input.value = value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  button.dataset.bound = "1";
  button.addEventListener("click", () => {
    if (!navigator.geolocation) {
      state.textContent = "这台设备不能定位，请手动填写地址。";
      return;
    }
    button.disabled = true;
    state.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        fill(button.dataset.lngInput, coords.longitude.toFixed(6));
        fill(button.dataset.latInput, coords.latitude.toFixed(6));
        fill(button.dataset.accuracyInput, Math.round(coords.accuracy));
        state.textContent = `已定位，误差约 ${Math.round(coords.accuracy)} 米。`;
        document.dispatchEvent(new CustomEvent("wangge:position", { detail: { lng: coords.longitude, lat: coords.latitude } }));
      },
      (error) => {
        button.disabled = false;
        state.textContent = ERRORS[error.code] || ERRORS[2];
        document.dispatchEvent(new CustomEvent("wangge:position-failed", { detail: { code: error.code } }));
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  });
}

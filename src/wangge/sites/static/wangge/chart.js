// Charts: an ECharts option as JSON from the server. Tooltips are drawn as text on the canvas, because HTML
// ones need inline styles, which the content security policy forbids.
const COLORS = ["#1d4e89", "#e08a00", "#0a8a72", "#b02a12", "#7a5bb5", "#5a6776", "#4aa3df", "#c2a300"];

let library = null;

function load() {
  library ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = document.body.dataset.echartsJs;
    script.onload = () => done(window.echarts);
    script.onerror = fail;
    document.head.append(script);
  });
  return library;
}

export async function start(element) {
  const [echarts, answer] = await Promise.all([load(), fetch(element.dataset.optionUrl)]);
  if (!answer.ok) {
    element.textContent = "图表没有取到，请刷新页面。";
    return;
  }
  const option = await answer.json();
  const chart = echarts.init(element, null, { renderer: "canvas" });
  chart.setOption({
    color: COLORS,
    animationDuration: 300,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: "#1c2733" },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    aria: { enabled: true, decal: { show: true } },
    ...option,
    tooltip: { trigger: "axis", ...option.tooltip, renderMode: "richText" },
  });
  chart.on("click", (point) => { if (point.data?.url) location.assign(point.data.url); });
  new ResizeObserver(() => chart.resize()).observe(element);
}

// Streamlit writes filters into the browser's current entry, so that Back would leave the dashboard:
// here each act of the viewer makes one entry, and what follows from it by itself goes into that.
if (!window.isOneEntryAnAct) {
  window.isOneEntryAnAct = true
  const { pushState, replaceState } = history
  let hasActed = false
  history.pushState = history.replaceState = (state, title, url) => {
    const isNew = hasActed && new URL(url ?? "", location).href !== location.href
    hasActed &&= !isNew
    ;(isNew ? pushState : replaceState).call(history, state, title, url)
  }
  for (const act of ["pointerdown", "keydown"]) {
    addEventListener(act, () => (hasActed = true), true)
  }
  addEventListener("popstate", () => (hasActed = false))

  // A sparkline says "Vega visualization" only.
  const name = (chart) => {
    const label = chart.closest("[data-testid=stMetric]").querySelector("label p").textContent
    if (chart.ariaLabel !== label) chart.ariaLabel = label
  }
  new MutationObserver(() =>
    document.querySelectorAll("[data-testid=stMetricChart]").forEach(name),
  ).observe(document.body, { attributeFilter: ["aria-label"], childList: true, subtree: true })
}

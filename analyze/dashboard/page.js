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

  // Streamlit's own words are English. One with a blank at an end is said before or after others.
  const said = (text) => {
    const known = window.streamlitWords
    if (known[text]) return known[text]
    for (const [word, other] of Object.entries(known)) {
      if (word.endsWith(" ") && text.startsWith(word)) return other + text.slice(word.length)
      if (word.startsWith(" ") && text.endsWith(word)) return text.slice(0, -word.length) + other
    }
  }
  const translate = (element) => {
    // A table has the name of its frame; an icon beside words says nothing.
    if (element.role === "grid") element.ariaLabel ??= element.closest("[role=region]")?.ariaLabel
    if (element.ariaLabel?.endsWith(" icon")) element.ariaHidden = "true"
    for (const attribute of ["aria-label", "title", "placeholder", "alt"]) {
      const text = element.getAttribute(attribute)
      const other = text && said(text)
      if (other) element.setAttribute(attribute, other)
    }
    // What is in the middle of the page is ours, and may be anybody's name.
    const [text] = element.childNodes.length === 1 ? element.childNodes : []
    if (text?.nodeType !== Node.TEXT_NODE || element.closest("[data-testid=stMain] .stMarkdown")) return
    const other = said(text.data)
    if (other) text.data = other
  }
  const isOurs = "svg, style, script, [role=option], [data-testid=stSidebarNav]"
  const look = (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE || node.closest(isOurs)) return
    translate(node)
    for (const child of node.children) look(child)
  }
  window.lookAgain = () => {
    look(document.body)
    document.querySelectorAll("[data-testid=stMetricChart]").forEach(name)
  }
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes" && !target.closest(isOurs)) translate(target)
      addedNodes.forEach(look)
    }
    document.querySelectorAll("[data-testid=stMetricChart]").forEach(name)
  }).observe(document.body, { attributeFilter: ["aria-label"], childList: true, subtree: true })
}
window.lookAgain()

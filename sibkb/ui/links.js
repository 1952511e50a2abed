// A link inside our own HTML opens without loading the app anew: the address changes as Back and Forward change it,
// which Streamlit answers with a run. Without this script, or with a modifier key, it is an ordinary link.
if (!window.sibkbLinks) {
  window.sibkbLinks = true;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-testid=stHtml] a[href]:not([target])");
    const changed = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (!link || changed || link.getAttribute("href").startsWith("#") || link.origin !== location.origin) return;
    event.preventDefault();
    history.pushState({}, "", link.href);
    window.dispatchEvent(new PopStateEvent("popstate"));
    document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  });
  // Escape puts away what a term shows of its meaning, until the pointer or the focus goes to something else.
  const quiet = (on) => document.documentElement.classList.toggle("kb-quiet", on);
  document.addEventListener("keydown", (event) => event.key === "Escape" && quiet(true));
  for (const moved of ["mouseover", "focusin"]) document.addEventListener(moved, () => quiet(false));
}

// A link inside our own HTML opens without loading the app anew: the address changes as Back and Forward change it,
// which Streamlit answers with a run. Without this script, or with a modifier key, it is an ordinary link.
// A link with data-stay changes the page it stands on: the reader stays where it was, and the focus goes to what the
// run put in its place. One with data-add puts something aside besides what is so by now: what its own address says may be
// older than the last click.
if (!window.sibkbLinks) {
  window.sibkbLinks = true;
  const stay = (name, old, left) => {
    const now = [...document.querySelectorAll("[data-stay]")].find((link) => link.dataset.stay === name);
    if (now && now !== old) now.focus({ preventScroll: true });
    else if (left) setTimeout(() => stay(name, old, left - 1), 50);
  };
  const added = (id) => {
    const address = new URL(location.href);
    if (!address.searchParams.getAll("compare").includes(id)) address.searchParams.append("compare", id);
    return address.href;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-testid=stHtml] a[href]:not([target])");
    const changed = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (!link || changed || link.getAttribute("href").startsWith("#") || link.origin !== location.origin) return;
    event.preventDefault();
    history.pushState({}, "", link.dataset.add ? added(link.dataset.add) : link.href);
    window.dispatchEvent(new PopStateEvent("popstate"));
    if (link.dataset.stay) stay(link.dataset.stay, link, 40);
    else document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  });
  // Escape puts away what a term shows of its meaning, until the pointer or the focus goes to something else.
  const quiet = (on) => document.documentElement.classList.toggle("kb-quiet", on);
  document.addEventListener("keydown", (event) => event.key === "Escape" && quiet(true));
  for (const moved of ["mouseover", "focusin"]) document.addEventListener(moved, () => quiet(false));
}

// "Line 7" in the list of what is wrong leads to that line of the text.
if (!window.sibkbLines) {
  window.sibkbLines = true;
  document.addEventListener("click", (event) => {
    const way = event.target.closest?.("[data-kb-line]");
    const text = document.querySelector(".st-key-add-text textarea");
    if (!way || !text) return;
    const lines = text.value.split("\n"), number = Number(way.dataset.kbLine);
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
    text.scrollTop = Math.max(0, (number - 5) * 20);
    text.scrollLeft = 0;
    text.scrollIntoView({ block: "center" });
  });
}

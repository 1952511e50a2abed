"""A button that copies a text, one click and no rerun.

Browsers give `navigator.clipboard` only to https and localhost; elsewhere, as on plain http in a local network, a
hidden text box is selected and copied the old way, and where that is refused too, the text is shown and selected.
"""

from typing import Final

import streamlit as st

HTML: Final = """
<div class="row"><button type="button"><svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
<rect x="5.5" y="5.5" width="8" height="8.5" rx="1.5"/>
<path d="M3.5 10.5h-.5a1 1 0 0 1-1-1v-6.5a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v.5"/>
</svg><span class="label"></span></button><span class="said" role="status" aria-live="polite"></span></div>
<textarea readonly hidden aria-label="The words to copy"></textarea>
"""

CSS: Final = """
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .6rem; }
button {
  display: inline-flex; align-items: center; gap: .45rem; min-height: 2.25rem; padding: .25rem .75rem; cursor: pointer;
  font: inherit; font-size: .9rem; line-height: 1.3; text-align: left;
  color: var(--st-text-color); background: transparent;
  border: 1px solid var(--st-widget-border-color, var(--st-border-color)); border-radius: var(--st-button-radius, 6px);
}
button:hover { border-color: var(--st-primary-color); background: var(--st-secondary-background-color); }
button:focus-visible, textarea:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
svg { flex: none; width: 1rem; height: 1rem; fill: none; stroke: currentColor; stroke-width: 1.3; }
.said { font-size: .9rem; color: var(--st-text-color); }
textarea {
  display: block; box-sizing: border-box; width: 100%; min-height: 6rem; margin-top: .5rem; padding: .5rem;
  font: inherit; font-size: .9rem; color: var(--st-text-color); background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius, 6px);
}
textarea[hidden] { display: none; }
"""

JS: Final = """
function bySelection(text) {
  const box = document.createElement("textarea");
  box.value = text;
  box.readOnly = true;
  box.setAttribute("aria-hidden", "true");
  box.style.cssText = "position: fixed; inset: 0 auto auto 0; width: 1px; height: 1px; opacity: 0;";
  document.body.append(box);
  box.select();
  try { return document.execCommand("copy"); } catch { return false; } finally { box.remove(); }
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return bySelection(text);
  }
}

export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [button, label, said, box] = ["button", ".label", ".said", "textarea"].map(find);
  const start = data.text.length > 60 ? data.text.slice(0, 60) + "…" : data.text;
  label.textContent = data.label;
  button.setAttribute("aria-label", `${data.label}: ${start}`);
  if (box.value !== data.text) {
    box.value = data.text;
    box.hidden = true;
    said.textContent = "";
  }
  let last;
  button.onclick = async () => {
    const done = await copied(data.text);
    box.hidden = done;
    if (done) { button.focus(); } else { box.select(); }
    clearTimeout(last);
    said.textContent = "";
    setTimeout(() => { said.textContent = done ? "Copied" : "Press Ctrl+C or ⌘C to copy"; }, 20);
    last = setTimeout(() => { if (done) said.textContent = ""; }, 4000);
  };
  return () => clearTimeout(last);
}
"""

_BUTTON: Final = st.components.v2.component("sibkb_copy", html=HTML, css=CSS, js=JS)


def copy_button(text: str, label: str, key: str) -> None:
    """A button of this label that copies the text as it is."""
    _BUTTON(data={"text": text, "label": label}, key=key, width="content")

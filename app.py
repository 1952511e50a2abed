"""The door for people: page setup, open the knowledge base, list the pages, run one."""

from pathlib import Path

import streamlit as st

from sibkb.errors import SibkbError
from sibkb.ui import cards, session

st.set_page_config(page_title="sibkb: what social impact bonds taught", page_icon="📖")
st.html(Path(cards.__file__).with_name("style.css"))
pages = [st.Page("sibkb/ui/search.py", title="Search", default=True)]
try:
    session.follow()
    st.navigation(pages, position="top").run()
except SibkbError as error:
    session.report(error)
    st.html(cards.failure(error))

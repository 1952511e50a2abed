"""The door for people: page setup, open the knowledge base, list the pages, run one."""

from pathlib import Path

import streamlit as st

from sibkb.errors import SibkbError
from sibkb.ui import cards, links, session, signing

st.set_page_config(page_title="sibkb: what social impact bonds taught", page_icon="📖")
st.html(Path(cards.__file__).with_name("style.css"))
st.html(f"<script>{links.SCRIPT}</script>", unsafe_allow_javascript=True)
try:
    settings = session.settings()
    pages = [
        st.Page(links.SEARCH, title="Search", default=True),
        st.Page(links.BROWSE, title="Browse"),
        st.Page(links.COMPARE, title="Compare"),
        st.Page(links.LESSONS, title="Lessons"),
        st.Page(links.VOICES, title="Voices"),
        st.Page(links.COVERAGE, title="Coverage"),
        st.Page(links.GLOSSARY, title="Glossary"),
        st.Page(links.ADD, title="Add", visibility="visible" if signing.may_add(settings) else "hidden"),
        st.Page(links.ABOUT, title="About"),
        st.Page(links.DOCUMENT, title="Case", visibility="hidden"),
    ]
    session.follow()
    admitted = signing.admitted(settings)
    page = st.navigation(pages, position="top" if admitted else "hidden")
    signing.bar(settings)
    if admitted:
        page.run()
    else:
        signing.door()
except SibkbError as error:
    session.report(error)
    st.html(cards.failure(error))

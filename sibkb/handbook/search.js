// Searches the handbook in the browser, by the words of words.js. Every text is set as text, never as markup.
// It matches words as the app does and ranks them likewise: BM25 over what stands above a passage (three times) and its
// text, common words left out, phrases in double quotes required; but its line is lower, since nobody is told of near
// misses here, and the last word may be one that is still being typed.
"use strict";
(() => {
  const ABOVE = 3, K1 = 1.2, B = 0.5, FACT = 0.75, SHARE = 0.34, PART = 0.5, SHOWN = 50;
  const MARK = "\\u00ad\\u0300-\\u036f\\u064b-\\u065f\\u0670\\u200c\\u200d";
  const LETTER = `(?:[\\p{L}\\p{N}][${MARK}]*)`, APOSTROPHE = "['’‘ʼ]";
  const WORD = new RegExp(
    `(\\p{Nd}{1,3}(?:,\\p{Nd}{3})+(?:\\.\\p{Nd}+)?|\\p{Nd}+(?:\\.\\p{Nd}+)?)` +
    `(?:(k|m|mn|bn)|[\\s-]?(mn|bn|thousand|million|billion))?(?!${LETTER})` +
    `|(${LETTER}+(?:${APOSTROPHE}${LETTER}+)*)`, "giu");
  const POSSESSIVE = new RegExp(`${APOSTROPHE}s$`, "i");
  const ZEROS = {k: 3, thousand: 3, m: 6, mn: 6, million: 6, bn: 9, billion: 9};

  const fold = (word) => {
    const plain = word.normalize("NFKD").toLowerCase().replace(/ß/g, "ss").replace(/ς/g, "σ").normalize("NFKD");
    return [...plain].filter((each) => /[\p{L}\p{N}.⁄]/u.test(each)).join("") || word;
  };
  const amount = (digits, unit) => {
    const plain = digits.replace(/,/g, "");
    if (!unit && !plain.includes(".")) return digits.includes(",") ? plain.replace(/^0+(?=.)/, "") : fold(plain);
    let [whole, part = ""] = plain.split(".");
    const zeros = unit ? ZEROS[unit.toLowerCase()] : 0;
    part = part.padEnd(zeros, "0");
    whole = (whole + part.slice(0, zeros)).replace(/^0+(?=.)/, "");
    part = part.slice(zeros).replace(/0+$/, "");
    return part ? `${whole}.${part}` : whole;
  };

  const data = window.SIBKB, known = new Map(), forms = new Map();
  data.stems.split(" ").forEach((stem, number) => known.set(stem, number));
  [...known].forEach(([stem, number]) => {
    forms.set(stem, number);
    for (const form of data.forms[number].split(" ").filter(Boolean))
      forms.set(form[0] === "+" ? stem + form.slice(1) : form, number);
  });
  const common = new Set(data.common.split(" "));

  // Words of a text: what each is compared by (a number, or null where no passage has it) and where it stands.
  const tokens = (text) => [...text.matchAll(WORD)].map((match) => {
    const possessive = match[4] ? POSSESSIVE.exec(match[0]) : null;
    const end = match.index + match[0].length - (possessive ? possessive[0].length : 0);
    const written = text.slice(match.index, end);
    const number = match[1] ? known.get(amount(match[1], match[2] || match[3])) : forms.get(fold(written));
    return {written, stem: number ?? null, start: match.index, end};
  });

  const count = data.passages.length, lengths = new Float64Array(count), postings = [];
  const add = (stem, passage, times) => {
    const list = postings[stem] ??= [];
    if (list.length && list[list.length - 2] === passage) list[list.length - 1] += times;
    else list.push(passage, times);
  };
  for (let passage = 0; passage < count; passage++) {
    for (const stem of data.above[passage]) add(stem, passage, ABOVE);
    for (const stem of data.text[passage]) add(stem, passage, 1);
    lengths[passage] = ABOVE * data.above[passage].length + data.text[passage].length;
  }
  const mean = lengths.reduce((sum, each) => sum + each, 0) / Math.max(1, count);

  const beginning = (start) => {
    const found = new Set();
    for (const [form, stem] of forms) if (form.startsWith(start)) found.add(stem);
    return [...found];
  };
  const quoted = /"([^"“”]+)"|“([^"“”]+)”/g;
  const asked = (question) => {
    const all = tokens(question), words = new Map(), last = all[all.length - 1];
    for (const word of all) {
      if (common.has(fold(word.written))) continue;
      const typing = word === last && word.end === question.length && word.stem === null;
      const stems = word.stem === null ? (typing ? beginning(fold(word.written)) : []) : [word.stem];
      const key = word.stem ?? fold(word.written);
      words.has(key) ? words.get(key).times++ : words.set(key, {key, stems, times: 1});
    }
    const parts = [...question.matchAll(quoted)];
    const phrases = parts.map((part) => tokens(part[1] || part[2]).map((word) => word.stem)).filter((each) => each.length);
    const spans = parts.map((part) => [part.index, part.index + part[0].length]);
    return {words: [...words.values()], phrases, others: others(all, words, spans)};
  };

  // Other names of what the question names, unless it stands in double quotes: what each stands for, its words in a row,
  // and those that are not common.
  const others = (all, words, spans) => {
    const found = [];
    for (let at = 0; at < all.length;) {
      const name = data.names.filter(([stems]) => stems.every((stem, i) => all[at + i]?.stem === stem))
        .sort(([a], [b]) => b.length - a.length)[0];
      const [start, end] = name ? [all[at].start, all[at + name[0].length - 1].end] : [0, 0];
      if (name && !spans.some(([first, last]) => start < last && first < end)) found.push(name);
      at += name ? name[0].length : 1;
    }
    const named = new Set(found.map(([stems]) => String(stems)));
    return found.flatMap(([stems, rest]) => rest
      .filter(([row, content]) => !named.has(String(row)) && content.every((stem) => postings[stem]))
      .map(([row, content]) => ({instead: stems.filter((stem) => words.has(stem)), row, content})));
  };
  const times = (sequence, phrase) => {
    let count = 0;
    for (let at = sequence.indexOf(phrase[0]); at >= 0; at = sequence.indexOf(phrase[0], at + 1))
      if (phrase.every((stem, i) => sequence[at + i] === stem)) count++;
    return count;
  };
  const rowsOf = (stems) => {
    const rows = new Map();
    for (const stem of stems) {
      const list = postings[stem] || [];
      for (let i = 0; i < list.length; i += 2) rows.set(list[i], (rows.get(list[i]) || 0) + list[i + 1]);
    }
    return rows;
  };
  const rowsOfPhrase = (phrase) => {
    const rows = new Map();
    for (const passage of rowsOf([phrase[0]]).keys()) {
      const often = ABOVE * times(data.above[passage], phrase) + times(data.text[passage], phrase);
      if (often) rows.set(passage, often);
    }
    return rows;
  };
  const idf = (rows) => Math.log(1 + (count - rows.size + 0.5) / (rows.size + 0.5));

  const find = (question, kind) => {
    const {words, phrases, others} = asked(question), scores = new Map(), rows = new Map();
    for (const {content} of others) for (const stem of content) rows.set(stem, {rows: rowsOf([stem]), counts: 0.5 / content.length});
    for (const {key, stems, times} of words) rows.set(key, {rows: rowsOf(stems), counts: times});
    const add = (found, counts, rarity) => {
      for (const [passage, often] of found) {
        const norm = K1 * (1 - B + B * lengths[passage] / mean);
        scores.set(passage, (scores.get(passage) || 0) + counts * rarity * often * (K1 + 1) / (often + norm));
      }
    };
    for (const each of rows.values()) add(each.rows, each.counts, idf(each.rows));
    for (const {row, content} of others.filter((each) => each.row.length > 1)) {
      const rarity = row.reduce((sum, stem) => sum + idf(rowsOf([stem])), 0);
      add(rowsOfPhrase(row), 1 / content.length, rarity);
    }
    const required = phrases.map((phrase) => phrase.includes(null) ? new Map() : rowsOfPhrase(phrase));
    const candidates = words.length ? scores.keys() : (required[0] || new Map()).keys();
    const share = (passage) => {
      const covered = new Set(words.map(({key}) => key).filter((key) => rows.get(key).rows.has(passage)));
      for (const {instead, content} of others)
        if (content.every((stem) => rows.get(stem).rows.has(passage))) instead.forEach((stem) => covered.add(stem));
      return words.length ? covered.size / words.length : 1;
    };
    const score = (passage) => (scores.get(passage) || 0) * (data.passages[passage][2] === "fact" ? FACT : 1);
    const allowed = [...candidates].filter((passage) => required.every((each) => each.has(passage)));
    const best = allowed.reduce((most, passage) => Math.max(most, score(passage)), 0);
    const found = allowed.filter((passage) => (!kind || data.passages[passage][2] === kind) &&
      (score(passage) >= PART * best || share(passage) >= SHARE));
    const stems = new Set([...words.flatMap((word) => word.stems), ...phrases.flat(), ...others.flatMap((each) => each.content)]);
    return {found: found.sort((a, b) => score(b) - score(a) || a - b), stems, empty: !words.length && !phrases.length};
  };

  // What is shown
  const make = (tag, style, text) => {
    const element = document.createElement(tag);
    if (style) element.className = style;
    if (text) element.textContent = text;
    return element;
  };
  const marked = (element, text, stems) => {
    let at = 0;
    for (const word of tokens(text)) {
      if (word.stem === null || !stems.has(word.stem)) continue;
      element.append(text.slice(at, word.start), make("mark", "kb-word", text.slice(word.start, word.end)));
      at = word.end;
    }
    element.append(text.slice(at));
    return element;
  };
  const hit = (passage, stems) => {
    const [place, name, kind, text, who, label, trail] = data.passages[passage], [id, title] = data.documents[place];
    const item = make("li", "kb-card"), heading = make("h3"), way = make("a");
    way.href = `documents/${encodeURIComponent(id)}.html#p-${encodeURIComponent(name)}`;
    heading.append(marked(way, title, stems));
    const about = marked(make("p", "kb-kind"), [label, trail].filter(Boolean).join(" · "), stems);
    item.append(heading, about, marked(make(...words(kind)), text, stems));
    if (who) item.append(marked(make("p", "kb-who"), `— ${who}`, stems));
    return item;
  };
  const words = (kind) => kind === "quote" ? ["blockquote", "kb-quote"] : ["p", "kb-text"];

  const input = document.getElementById("q"), choice = document.getElementById("kind");
  const status = document.getElementById("found"), list = document.getElementById("hits");
  const started = () => {
    const hash = new URLSearchParams(location.hash.slice(1)), query = new URLSearchParams(location.search);
    input.value = hash.get("q") ?? query.get("q") ?? "";
    choice.value = hash.get("kind") ?? "";
    if (choice.selectedIndex < 0) choice.value = "";
  };
  const say = ({found, empty}) => {
    if (empty) return input.value.trim() ? "These are only common words: add one that says what it is about." : "";
    const some = found.length > SHOWN ? `; the first ${SHOWN} are shown` : "";
    return found.length ? `${found.length} passage${found.length === 1 ? "" : "s"}${some}.` : "No passage has these words.";
  };
  const show = () => {
    const answer = find(input.value.slice(0, 2000), choice.value);
    status.textContent = say(answer);
    list.replaceChildren(...(answer.empty ? [] : answer.found.slice(0, SHOWN)).map((each) => hit(each, answer.stems)));
    document.body.classList.toggle("searching", !answer.empty);
  };
  const keep = () => {
    const state = new URLSearchParams(Object.entries({q: input.value, kind: choice.value}).filter(([, value]) => value));
    history.replaceState(null, "", `#${state}`);
    show();
  };
  input.addEventListener("input", keep);
  choice.addEventListener("change", keep);
  input.form.addEventListener("submit", (event) => { event.preventDefault(); keep(); });
  addEventListener("hashchange", () => { if (/^#?(q|kind)=|^$/.test(location.hash.slice(1))) { started(); show(); } });
  started();
  show();
  window.sibkb = {tokens: (text) => tokens(text).map((word) => [word.start, word.end, word.stem]), find};
})();

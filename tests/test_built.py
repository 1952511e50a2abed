"""The index of the whole corpus, made with the real encoder: everything is in it, once, and it ranks as on record."""

from sibkb import corpus, evaluating, kb
from sibkb.encoder import open_encoder
from sibkb.model import Query


def test_everything_is_in_it(built, base):
    reading = corpus.read(built.corpus)
    assert reading.problems == ()
    assert dict(base.engine.documents) == {each.id: each for each in reading.documents}
    assert base.engine.passages([each.id for each in reading.passages]) == reading.passages
    manifest = base.engine.manifest
    assert (manifest.documents, manifest.passages) == (len(reading.documents), len(reading.passages))
    assert (manifest.encoder, manifest.encoder_digest) == ("all-MiniLM-L6-v2", open_encoder().digest)


def test_a_second_build_is_no_work(built):
    published = kb.build(built).published
    assert (published.changed, published.encoded, published.kept) == (False, 0, ())


def test_hybrid_is_above_both_legs(built, base):
    """On every third of the queries that may be tuned on."""
    judged, _ = evaluating.read_queries("queries.yaml", (built.corpus / "queries.yaml").read_text(encoding="utf-8"))
    sample = [query for query in judged if query.split == "tune" and query.grades][::3]

    def ndcg(mode: str) -> float:
        rows = evaluating.run(
            sample,
            lambda asked: [
                hit.passage.id
                for hit in base.search(Query(text=asked.text, filters=asked.filters, mode=mode, limit=20)).hits
            ],
        )
        return evaluating.summarise(rows).ndcg_10

    hybrid = ndcg("hybrid")
    assert hybrid > max(ndcg("words"), ndcg("meaning"))
    assert hybrid > 0.53, "a change to ranking shows its figures: see docs/search.md"

"""The schema of the front matter: checks, JSON Schema for editors and the documentation come from here."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sibkb import vocabulary
from sibkb.model import Consent, Entry, Json, Party, Source
from sibkb.parsing.nearest import did_you_mean
from sibkb.schemas import DRAFT, PLAIN, TEXT

ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")
COUNTRY_CODES: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905  a list literal would take 249 lines
)
"""ISO 3166-1 alpha-2."""


def _wrong(code: str, message: str, fix: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{message}", {"message": message, "fix": fix})


def _text(value: str) -> str:
    if not value.strip():
        raise _wrong("F026", "there is no text here", "write it, or leave the key out where it is not recorded")
    return " ".join(value.split())


def _word(words: vocabulary.Vocabulary) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in words:
            raise _wrong("F013", f"unknown word `{value}`", did_you_mean(value, words))
        return value

    return check


def _matching(code: str, what: str, pattern: re.Pattern[str], fix: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise _wrong(code, f"`{value}` is {what}", fix)
        return value

    return check


def _country(value: str) -> str:
    if value not in COUNTRY_CODES:
        hint = "GB" if value == "UK" else value.upper() if value.upper() in COUNTRY_CODES else None
        fix = f"did you mean `{hint}`?" if hint else "use the two letters of ISO 3166, such as GB, US, NO"
        raise _wrong("F016", f"`{value}` is no country code", fix)
    return value


def _date(value: str) -> str:
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        raise _wrong("F014", f"`{value}` is no date", "write 2012, 2012-04 or 2012-04-30") from None
    return value


def _number(value: object) -> float:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise _wrong(
            "F015", f"`{value}` is no number", "write digits alone, such as 7200000, or use `figure` for words"
        )
    return float(value)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


@dataclass(frozen=True, eq=False)
class _OneOf:
    """For editors: the words, a team's own among them, and what each means."""

    words: vocabulary.Vocabulary

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> Json:
        told = [f"{term.label}: {term.meaning}" for term in self.words.values()]
        return {"enum": list(self.words), "enumDescriptions": told}


def _vocabulary(words: vocabulary.Vocabulary) -> Any:
    return Annotated[str, AfterValidator(_word(words)), _OneOf(words)]


@dataclass(frozen=True, eq=False)
class _Or:
    """For editors: what may stand there besides. They read `2012` as a number, where we read every scalar as text."""

    other: Any

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> Json:
        return {"anyOf": [handler(core), self.other]}


_WHOLE: Final = {"type": "integer", "minimum": 0}


def _shaped(pattern: str) -> Any:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"})


Text = Annotated[str, AfterValidator(_text), WithJsonSchema({**TEXT})]
Id = Annotated[
    str,
    AfterValidator(_matching("F017", "no id", ID, "use lower case, digits and hyphens")),
    _shaped(ID.pattern),
    _Or(_WHOLE),
]
Date = Annotated[str, AfterValidator(_date), _shaped(_DATE.pattern), _Or({**_WHOLE, "minimum": 1000, "maximum": 9999})]
_URL: Final = re.compile(r"https?://\S+")
Url = Annotated[
    str,
    AfterValidator(_matching("F025", "no web address", _URL, "begin with https:// or use null")),
    _shaped(_URL.pattern),
]
Country = Annotated[str, AfterValidator(_country), WithJsonSchema({"enum": sorted(COUNTRY_CODES)})]
_CURRENCY: Final = re.compile("[A-Z]{3}")
Currency = Annotated[
    str,
    AfterValidator(_matching("F013", "no currency", _CURRENCY, "use three letters of ISO 4217, such as GBP")),
    _shaped(_CURRENCY.pattern),
]
Number = Annotated[float, BeforeValidator(_number), _shaped(_NUMBER.pattern), _Or({"type": "number"})]
Ids = Annotated[list[Id], BeforeValidator(_listed), _Or({**PLAIN, "pattern": f"^(?:{ID.pattern})$"})]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _recorded(cls, value: object) -> object:
        """A known key that holds null means the same as no key."""
        if not isinstance(value, dict):
            return value
        return {key: item for key, item in value.items() if item is not None or key not in cls.model_fields}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> Json:
        """The same for editors: every key that may be left out may hold null."""
        schema = handler.resolve_ref_schema(handler(core))
        for name, of in schema["properties"].items():
            if name not in schema.get("required", ()) and {"type": "null"} not in of.get("anyOf", ()):
                schema["properties"][name] = {"anyOf": [of, {"type": "null"}]}
        return schema


class SourceRow(_Strict):
    """Where facts come from, and how far it was read."""

    id: Id
    title: Text
    publisher: Text
    read: _vocabulary(vocabulary.READS)  # type: ignore[valid-type]
    date: Text | None = None
    url: Url | None = None
    note: Text | None = None


class PartyRow(_Strict):
    """Somebody who took part."""

    name: Text
    id: Id | None = None
    note: Text | None = None
    source: Ids = []


Parties = list[Annotated[PartyRow, BeforeValidator(_named), _Or({**TEXT})]]


class PartyRows(_Strict):
    """Who took part, by role."""

    outcome_payers: Parties = []
    investors: Parties = []
    intermediaries: Parties = []
    providers: Parties = []
    evaluators: Parties = []
    technical_assistance: Parties = []
    funders: Parties = []
    chair: Parties = []
    authors: Parties = []
    interviewees: Parties = []


class _Row(_Strict):
    id: Id | None = None
    note: Text | None = None
    source: Ids = []


class MoneyRow(_Row):
    """An amount with its currency, or a figure in words."""

    what: Text
    amount: Number | None = None
    currency: Currency | None = None
    figure: Text | None = None


class MetricRow(_Row):
    """What is measured and paid for."""

    what: Text


class FigureRow(_Row):
    """A result, or a number of people served."""

    what: Text
    figure: Text


class EventRow(_Row):
    """One line of the timeline."""

    date: Date
    event: Text


class ConsentRow(_Strict):
    """Who agreed to publication, when, and to what; for a text that is published already, its address."""

    who: Text
    date: Date
    scope: Text
    url: Url | None = None


class FrontMatter(_Strict):
    """The front matter of a corpus file."""

    title: Text
    kind: _vocabulary(vocabulary.DOCUMENT_KINDS)  # type: ignore[valid-type]
    countries: list[Country] = Field(min_length=1)
    sector: _vocabulary(vocabulary.SECTORS)  # type: ignore[valid-type]
    sources: list[SourceRow] = Field(min_length=1)
    place: Text | None = None
    stage: _vocabulary(vocabulary.STAGES) | None = None  # type: ignore[valid-type]
    start: Date | None = None
    end: Date | None = None
    parties: PartyRows = PartyRows()
    money: list[MoneyRow] = []
    outcome_metrics: list[MetricRow] = []
    results: list[FigureRow] = []
    people_served: list[FigureRow] = []
    timeline: list[EventRow] = []
    part_of: Id | None = None
    supported_by: Ids = []
    follows: Ids = []
    indigo_ids: list[Text] = []
    consent: ConsentRow | None = None
    release: _vocabulary(vocabulary.RELEASES) = "public"  # type: ignore[valid-type]


ENTRY_FIELDS: Final = ("money", "outcome_metrics", "results", "people_served", "timeline")


def json_schema() -> Json:
    """The JSON Schema of the front matter, for editors."""
    return {"$schema": DRAFT, **FrontMatter.model_json_schema(), "allOf": list(_WHOLE_FILE)}


def _where(key: str, word: str) -> Json:
    return {"required": [key], "properties": {key: {"const": word}}}


def _told(key: str) -> Json:
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}


_WHOLE_FILE: Final = (
    {"if": _where("kind", "case"), "then": _told("stage")},
    {
        "if": _where("kind", "interview"),
        "then": {"anyOf": [_told("consent"), {**_told("release"), "not": _where("release", "public")}]},
    },
)
"""What is asked of several keys together: F024 and F023."""


def sources(front: FrontMatter) -> tuple[Source, ...]:
    """The sources as values."""
    return tuple(Source(**row.model_dump()) for row in front.sources)


def parties(front: FrontMatter) -> tuple[Party, ...]:
    """Everybody who took part, in the order of the roles above."""
    return tuple(
        Party(role=role, name=row.name, note=row.note, sources=tuple(row.source))
        for role in PartyRows.model_fields
        for row in getattr(front.parties, role)
    )


def entries(front: FrontMatter) -> tuple[Entry, ...]:
    """Money, metrics, results, people served and timeline as rows of one shape."""
    return tuple(_entry(name, row) for name in ENTRY_FIELDS for row in getattr(front, name))


def _entry(name: str, row: Any) -> Entry:
    amount = getattr(row, "amount", None)
    currency = getattr(row, "currency", None)
    figure = getattr(row, "figure", None) or getattr(row, "date", None)
    return Entry(
        field=name,
        what=row.event if name == "timeline" else row.what,
        figure=f"{currency} {amount:,.15g}" if amount is not None and currency else figure,
        amount=amount,
        currency=currency,
        id=row.id,
        note=row.note,
        sources=tuple(row.source),
    )


def consent(front: FrontMatter) -> Consent | None:
    """The consent as a value."""
    return Consent(**front.consent.model_dump()) if front.consent else None


def read(value: object) -> tuple[FrontMatter | None, list[tuple[tuple[str | int, ...], str, str, str]]]:
    """Check the values: the front matter, or None and every (path, code, message, fix)."""
    try:
        return FrontMatter.model_validate(value), []
    except ValidationError as error:
        return None, [_finding(each) for each in error.errors(include_url=False)]


_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": ("text is wanted here", "write one value, not a list or a table"),
    "list_type": ("a list is wanted here", "write [one, two] or one `- ` line each"),
    "model_type": ("a table is wanted here", "write `key: value` lines or {key: value}"),
    "too_short": ("at least one is needed", "add one"),
}


def _finding(error: Any) -> tuple[tuple[str | int, ...], str, str, str]:
    path = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        known = keys_at(path[:-1])
        return (*path, "key"), "F010", f"unknown key `{path[-1]}`", did_you_mean(str(path[-1]), known)
    if error["type"] == "missing":
        return path, "F011", f"the key `{path[-1]}` is missing", f"add `{path[-1]}: …`"
    if error["type"] in _TYPES:
        message, fix = _TYPES[error["type"]]
        return path, "F012", message, fix
    if "ctx" in error and "fix" in error["ctx"]:
        return path, error["type"], error["msg"], error["ctx"]["fix"]
    return path, "F012", error["msg"], "see docs/corpus-format.md"


def keys_at(path: Sequence[str | int]) -> list[str]:
    """The keys that a table takes."""
    return list(_at(path).get("properties", {}))


def words_at(path: Sequence[str | int]) -> list[str]:
    """The words that a value is one of; none where it is free."""
    return list(_at(path).get("enum", ()))


def _at(path: Sequence[str | int]) -> Any:
    """What the schema says of the value there."""
    schema = FrontMatter.model_json_schema()
    node: Any = schema
    for step in path:
        node = _resolve(schema, node)
        node = node.get("items", {}) if isinstance(step, int) else node.get("properties", {}).get(step, {})
    return _resolve(schema, node)


def _resolve(schema: Json, node: Any) -> Any:
    while "$ref" in node or "anyOf" in node or "allOf" in node:
        node = (
            schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
            if "$ref" in node
            else (node.get("anyOf") or node["allOf"])[0]
        )
    return node

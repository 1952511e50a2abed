"""The closed vocabularies of the corpus: every word with its label on screen and its meaning in plain words.

Kept in one place so that the check, the schema, the documentation and the screens say the same. A team may add words of
its own to those in `OPEN`: a process takes them up with `adopt`, once, before it reads anything.
"""

import hashlib
from collections import ChainMap
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple


class Term(NamedTuple):
    """One word of a vocabulary."""

    label: str
    """What a screen calls it."""
    meaning: str
    """One line in plain words."""


Vocabulary = Mapping[str, Term]


def _vocabulary(**terms: tuple[str, str]) -> Vocabulary:
    return MappingProxyType({word.replace("_", "-"): Term(*term) for word, term in terms.items()})


_OWN: Final[Mapping[str, dict[str, Any]]] = {
    name: {} for name in ("themes", "work_stages", "audiences", "sectors", "roles", "countries")
}
"""Vocabulary -> a team's own words; `adopt` alone changes it."""


def _open(name: str, **terms: tuple[str, str]) -> Vocabulary:
    return MappingProxyType(ChainMap(_OWN[name], dict(_vocabulary(**terms))))


DOCUMENT_KINDS: Final = _vocabulary(
    case=("Case study", "One project and its contract."),
    programme=("Programme", "A fund or scheme that several projects belong to."),
    support_model=("Support model", "An organisation or method that helps others to make impact bonds."),
    interview=("Interview", "What people who did it said, with consent."),
    commentary=("Commentary", "An author's view of several cases."),
)

PASSAGE_KINDS: Final = _vocabulary(
    quote=("Quotation", "Somebody's exact words."),
    lesson=("Lesson", "What others can learn from it."),
    perspective=("Perspective", "Our summary of what somebody said."),
    dispute=("Dispute or limit", "Where sources disagree, or what they cannot show."),
    summary=("Summary", "What this is and why it matters."),
    section=("Account", "A part of the story."),
    fact=("Fact", "A party, date, figure or result, with its source."),
)

THEMES: Final = _open(
    "themes",
    roles_and_resourcing=("Roles and resourcing", "Who does the work, and with what time and money."),
    senior_sponsorship=("Senior sponsorship", "Champions who open doors and protect the work."),
    stakeholder_engagement=("Stakeholder engagement", "Bringing everyone to agree, and keeping them there."),
    legal_and_contracting=("Legal and contracting", "Contracts, companies and the lawyers who draft them."),
    procurement=("Procurement", "Buying outcomes under public purchasing rules."),
    outcome_metrics=("Outcome metrics", "What is counted as success and paid for."),
    measurement_and_evaluation=("Measurement and evaluation", "How anyone knows that it worked."),
    pricing_and_value=("Pricing and value", "What an outcome is worth and what is paid for it."),
    data_access=("Data access", "Getting and sharing the data the contract rests on."),
    investor_relations=("Investor relations", "Finding, keeping and repaying investors."),
    intermediary=("Intermediary", "The body between government, investors and providers."),
    provider_performance=("Provider performance", "How services are delivered and managed."),
    referrals_and_volumes=("Referrals and volumes", "Whether enough of the right people arrive."),
    politics_and_positioning=("Politics and positioning", "Elections, ministers, press and public argument."),
    informal_networks=("Informal networks", "Chance meetings and personal connections."),
    change_management=("Change management", "Organisations that must work in a new way."),
    contract_adjustment=("Contract adjustment", "Changing the deal while it runs."),
    ending_and_legacy=("Ending and legacy", "How it closed and what stayed."),
    scaling=("Scaling", "From one deal to many."),
)

WORK_STAGES: Final = _open(
    "work_stages",
    idea=("Idea", "Somebody wants to try."),
    feasibility=("Feasibility", "Could it work here?"),
    business_case=("Business case", "Winning approval and money."),
    procurement=("Procurement", "Choosing providers, investors or an intermediary."),
    contracting=("Contracting", "Writing and signing the deal."),
    mobilisation=("Mobilisation", "From signature to the first person served."),
    delivery=("Delivery", "The service runs."),
    evaluation=("Evaluation", "Finding out what happened."),
    close=("Close", "Ending, repaying, handing over."),
)

AUDIENCES: Final = _open(
    "audiences",
    commissioner=("Commissioners", "Officials who buy the outcomes."),
    central_government=("Central government", "Departments that set up funds and rules."),
    provider=("Providers", "Organisations that deliver the service."),
    investor=("Investors", "Those who carry the cost until outcomes are paid."),
    intermediary=("Intermediaries", "Those who arrange and manage the deal."),
    evaluator=("Evaluators", "Those who measure."),
    policymaker=("Policymakers", "Those who decide on the approach as such."),
    all=("Everyone", "Useful to every role."),
)

SECTORS: Final = _open(
    "sectors",
    employment=("Employment and training", "Work, skills, young people out of both."),
    education=("Education", "Schools and learning."),
    criminal_justice=("Criminal justice", "Reoffending, prison, youth justice."),
    homelessness=("Homelessness", "Housing and rough sleeping."),
    child_and_family=("Children and families", "Care, adoption, family support."),
    health=("Health", "Physical health and care."),
    mental_health=("Mental health", "Mental illness and wellbeing."),
    early_years=("Early years", "Before school."),
    agriculture_environment=("Agriculture and environment", "Land, water, farming."),
    poverty=("Poverty", "Income and livelihoods."),
    other=("Other", "Across sectors, or none of these."),
)

STAGES: Final = _vocabulary(
    in_development=("In development", "Not yet contracted."),
    contracted=("Contracted", "Signed, not yet serving anyone."),
    delivering=("Delivering", "The service runs."),
    complete=("Complete", "It ran its course."),
    ended_early=("Ended early", "It stopped before its planned end."),
)

ROLES: Final = _open(
    "roles",
    worker=("People who did the work", "Officials who did the legwork inside the commissioning body."),
    senior_champion=("Senior champions", "Senior people who gave the work standing."),
    politician=("Politicians", "Ministers, mayors, councillors."),
    commissioner=("Commissioners", "Other officials who buy the outcomes."),
    central_government=("Central government", "Departments and treasuries."),
    finance_legal=("Finance and legal", "Finance, legal, procurement and data officers."),
    provider=("Provider managers", "Those who manage the service."),
    frontline=("Frontline staff", "Those who deliver the service."),
    service_user=("Service users", "The people served."),
    investor=("Investors", "Those who put up the money."),
    intermediary=("Intermediaries", "Those who arranged or managed the deal."),
    adviser=("Advisers", "Technical assistance."),
    evaluator=("Evaluators", "Those who measured."),
    academic=("Academics", "Researchers of the field."),
    commentator=("Commentators", "Press and critics."),
)

BASES: Final = _vocabulary(
    stated=("The source says so", "The source makes this point itself; the wording is ours."),
    inferred=("We infer it", "We draw this from facts in the source."),
)

STATUSES: Final = _vocabulary(
    reported=("Reported", "Somebody said this."),
    illustrative=("Illustrative", "The author's example of what such a person would say."),
)

RELEASES: Final = _vocabulary(
    public=("Public", "Anyone may see it."),
    workshop=("Workshop", "For rooms where the rules are explained, not for publication."),
    internal=("Internal", "For the team alone."),
)
"""In order of strictness, the most open first."""

READS: Final = _vocabulary(
    whole=("Read in full", "We read all of it."),
    part=("Read in part", "We read an excerpt, often only the opening."),
    record=("Data record", "We read the record in the data set."),
    **{"not": ("Listed, not read", "We have not opened it; no fact rests on it.")},
)

COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    ChainMap(
        _OWN["countries"],
        dict(
            line.split(" ", 1)
            for line in """\
AR Argentina
AT Austria
AU Australia
BA Bosnia and Herzegovina
BD Bangladesh
BE Belgium
BR Brazil
CA Canada
CD DR Congo
CH Switzerland
CI Côte d’Ivoire
CL Chile
CM Cameroon
CO Colombia
DE Germany
DK Denmark
ES Spain
ET Ethiopia
FI Finland
FR France
GB United Kingdom
GH Ghana
ID Indonesia
IE Ireland
IL Israel
IN India
IT Italy
JO Jordan
JP Japan
KE Kenya
KH Cambodia
KR South Korea
LB Lebanon
MA Morocco
ML Mali
MX Mexico
MZ Mozambique
NG Nigeria
NL Netherlands
NO Norway
NP Nepal
NZ New Zealand
PE Peru
PK Pakistan
PL Poland
PS Palestine
PT Portugal
RU Russia
RW Rwanda
SE Sweden
SG Singapore
SL Sierra Leone
SN Senegal
TZ Tanzania
UG Uganda
US United States
VN Vietnam
ZA South Africa
ZM Zambia""".splitlines()
        ),
    )
)
"""Where impact bonds have been made: ISO 3166 code -> name."""


def country(code: str) -> str:
    """What a country is called; its two letters where it is none of those."""
    return COUNTRIES.get(code, code)


OPEN: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "themes": THEMES,
        "work_stages": WORK_STAGES,
        "audiences": AUDIENCES,
        "sectors": SECTORS,
        "roles": ROLES,
        "countries": COUNTRIES,
    }
)
"""What a team may add words to, by its name in a settings file; a country has a name alone.

The others are closed: the house does something else for each of their words.
"""


def adopt(own: Mapping[str, Mapping[str, Any]]) -> None:
    """Take up a team's own words behind ours, in place of those taken up before; each door does so before it reads."""
    for name, words in _OWN.items():
        if words != own.get(name, {}):
            words.clear()
            words.update(own.get(name, {}))


def ours(name: str) -> Mapping[str, Any]:
    """The words of one of `OPEN` that come with the house."""
    return {word: term for word, term in OPEN[name].items() if word not in _OWN[name]}


def own() -> str:
    """What tells a team's own words from another's: a digest, empty where there are none."""
    words = repr([(name, *words.items()) for name, words in _OWN.items() if words])
    return hashlib.sha256(words.encode()).hexdigest()[:16] if any(_OWN.values()) else ""

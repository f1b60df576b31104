"""The eleven counts and their definitions in words, which stand beside every figure.

The counts are those that Libra's policy has its head monitor (Libra L103-L117). The policy does not say what exactly
is counted, on which date and what is left out, so the definitions here do. `domain.counting` carries them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MonitoringCount(StrEnum):
    """The eleven counts, in the order of the policy."""

    ALLEGATIONS_ABOUT_STAFF = "ALLEGATIONS_ABOUT_STAFF"
    ALLEGATIONS_ABOUT_PUPILS = "ALLEGATIONS_ABOUT_PUPILS"
    COMPLAINTS_ABOUT_SCHOOL = "COMPLAINTS_ABOUT_SCHOOL"
    COMPLAINTS_ABOUT_STAFF = "COMPLAINTS_ABOUT_STAFF"
    DEFAMATION_OF_SCHOOL = "DEFAMATION_OF_SCHOOL"
    DEFAMATION_OF_STAFF = "DEFAMATION_OF_STAFF"
    NEGATIVE_COMMENTS_ABOUT_STAFF = "NEGATIVE_COMMENTS_ABOUT_STAFF"
    NEGATIVE_COMMENTS_ABOUT_PUPILS = "NEGATIVE_COMMENTS_ABOUT_PUPILS"
    RACIST_OR_HOMOPHOBIC_COMMENTS = "RACIST_OR_HOMOPHOBIC_COMMENTS"
    THREATS_OF_VIOLENCE = "THREATS_OF_VIOLENCE"
    UNAUTHORISED_IMAGES_OF_STAFF = "UNAUTHORISED_IMAGES_OF_STAFF"


@dataclass(frozen=True, slots=True)
class CountDefinition:
    """One count as it is explained to a reader: its number and line in Libra's policy, and what is and is not in it."""

    number: int
    count: MonitoringCount
    title: str
    definition: str
    source: str


DEFINITIONS = (
    CountDefinition(
        number=1,
        count=MonitoringCount.ALLEGATIONS_ABOUT_STAFF,
        title="Allegations about staff",
        definition=(
            "Items classified as an allegation about staff: a claim that someone working in the school, paid or not, "
            "supply and contractors included, has done something wrong. One item counts once however many people it "
            "accuses. A reported breach of the staff code adds one when somebody alleged it, on the day it was "
            "reported, but not while a case in the chain that it arose from adds to this count or to complaints about "
            "staff. An allegation that proves false was still made and stays. Not in it: a breach that was observed, "
            "or that the person reported himself or herself, and claims about governors, trustees, parents or the "
            "trust."
        ),
        source="Libra L107",
    ),
    CountDefinition(
        number=2,
        count=MonitoringCount.ALLEGATIONS_ABOUT_PUPILS,
        title="Allegations about pupils",
        definition=(
            "Items classified as an allegation about a pupil: a claim that a pupil has done something wrong. One item "
            "counts once however many pupils it accuses, and stays whether or not the claim is borne out. Not in it: "
            "cyber-bullying of a pupil, and offensive remarks that accuse nobody, which have classifications of their "
            "own."
        ),
        source="Libra L108",
    ),
    CountDefinition(
        number=3,
        count=MonitoringCount.COMPLAINTS_ABOUT_SCHOOL,
        title="Complaints about the school",
        definition=(
            "Items classified as a complaint about the school, and heads of complaint about the school received "
            "through the complaints procedure, from receipt and at whatever stage and with whatever outcome, withdrawn "
            "and out-of-scope ones included. A complaint that arose from an online incident adds nothing here while "
            "the incident itself adds to this same count. Not in it: complaints about the trust, and remarks about the "
            "school that are negative or defamatory but ask for nothing to be put right."
        ),
        source="Libra L109",
    ),
    CountDefinition(
        number=4,
        count=MonitoringCount.COMPLAINTS_ABOUT_STAFF,
        title="Complaints about staff",
        definition=(
            "Items classified as a complaint about staff, and heads of complaint about staff received through the "
            "complaints procedure, from receipt and at whatever stage and with whatever outcome, withdrawn and "
            "out-of-scope ones included. A head about the school and staff together adds to both counts. A complaint "
            "that arose from an online incident adds nothing here while the incident itself adds to this same count. "
            "Not in it: complaints about governors, trustees or parents."
        ),
        source="Libra L110",
    ),
    CountDefinition(
        number=5,
        count=MonitoringCount.DEFAMATION_OF_SCHOOL,
        title="Defamatory statements about the school",
        definition=(
            "Items classified as a defamatory statement about the school, its practices, procedures and policies "
            "included: a statement given as fact that would lower the school in the eyes of others. Whether a court "
            "would agree makes no difference. Not in it: statements about the trust, and opinion that is merely "
            "negative, which enters none of the eleven counts when it is about the school."
        ),
        source="Libra L111",
    ),
    CountDefinition(
        number=6,
        count=MonitoringCount.DEFAMATION_OF_STAFF,
        title="Defamatory statements about staff",
        definition=(
            "Items classified as a defamatory statement about staff: a statement given as fact that would lower "
            "someone working in the school in the eyes of others. One item counts once however many people it names. "
            "Not in it: statements about governors, trustees, parents or pupils, and opinion that is merely negative, "
            "which is counted as a negative comment when it is so classified."
        ),
        source="Libra L112",
    ),
    CountDefinition(
        number=7,
        count=MonitoringCount.NEGATIVE_COMMENTS_ABOUT_STAFF,
        title="Negative or offensive comments about staff",
        definition=(
            "Items classified as a negative comment about staff: negative, offensive or derogatory words about someone "
            "working in the school. Only what is classified counts: a racist comment about a teacher is here as well "
            "only if it was also classified as negative. Not in it: comments about governors, trustees or parents, and "
            "comments about the school as a whole, which enter none of the eleven counts."
        ),
        source="Libra L113",
    ),
    CountDefinition(
        number=8,
        count=MonitoringCount.NEGATIVE_COMMENTS_ABOUT_PUPILS,
        title="Negative or offensive comments about pupils",
        definition=(
            "Items classified as a negative comment about a pupil: negative, offensive or derogatory words about one "
            "pupil or several. Only what is classified counts. Not in it: cyber-bullying and harassment that were not "
            "also classified as negative comments, and images of pupils."
        ),
        source="Libra L114",
    ),
    CountDefinition(
        number=9,
        count=MonitoringCount.RACIST_OR_HOMOPHOBIC_COMMENTS,
        title="Racist or homophobic comments",
        definition=(
            "Items classified as a racist comment or as a homophobic comment, about whomever or whatever; an item that "
            "is both counts once. Antisemitic comments are recorded as racist, with race and religion or belief as "
            "their characteristics. The two natures are stored apart, so that the figure can be split. Not in it: "
            "comments against other protected characteristics, such as disability, religion or gender reassignment; "
            "transphobic comments too are recorded as prejudiced comments and reported apart."
        ),
        source="Libra L115",
    ),
    CountDefinition(
        number=10,
        count=MonitoringCount.THREATS_OF_VIOLENCE,
        title="Comments that threaten violence",
        definition=(
            "Items classified as a threat of violence, against whomever or whatever, whether the writer threatens it "
            "or encourages others to it. Words that are a threat and, say, racist at once are in both counts. Not in "
            "it: talk of legal action, and insults without a threat."
        ),
        source="Libra L116",
    ),
    CountDefinition(
        number=11,
        count=MonitoringCount.UNAUTHORISED_IMAGES_OF_STAFF,
        title="Unauthorised images of staff by parents, carers or pupils",
        definition=(
            "Items classified as an unauthorised image of staff that a parent, carer or pupil took; where the taker is "
            "not known, whoever posted it is looked at instead. The channel makes no difference: an image sent to one "
            "person is an item too. When an unknown poster is identified later, the day of the item stays its own and "
            "the past figure is restated. Not in it: images of pupils or others, and images taken by other relatives, "
            "former pupils, visitors, staff or persons unknown, which are stored and reported apart."
        ),
        source="Libra L117",
    ),
)

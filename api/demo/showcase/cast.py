"""The people and places of the showcase, school by school. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CASTS", "KINDS", "OF_THE_TRUST", "Cast"]

# Who works for the trust and not for one school.
OF_THE_TRUST = {"trust_lead": "Rosalind Thackray", "data_protection_officer": "Mr Anselm Quigley"}

# What the registry says each part is: a code of the list poster_roles.
KINDS = {
    "trust_lead": "STAFF",
    "data_protection_officer": "STAFF",
    "head": "STAFF",
    "coordinator": "STAFF",
    "dsl": "STAFF",
    "deputy": "STAFF",
    "teacher": "STAFF",
    "colleague": "STAFF",
    "assistant": "STAFF",
    "parent": "PARENT",
    "neighbour": "PARENT",
    "carer": "CARER",
    "pupil": "PUPIL",
    "chair": "GOVERNOR",
    "governor": "GOVERNOR",
    "trustee": "GOVERNOR",
    "independent": "OTHER",
}


@dataclass(frozen=True, slots=True)
class Cast:
    """One school: its people by the parts that they play, and what its stories speak of."""

    people: dict[str, str]
    words: dict[str, str]


def _people(*names: str) -> dict[str, str]:
    return dict(zip([part for part in KINDS if part not in OF_THE_TRUST], names, strict=True))


CASTS = {
    "sharp-lane": Cast(
        _people(
            *("Mrs Imogen Stallard", "Mr Kofi Brampton", "Mrs Della Oakshott", "Mr Piers Wetherall"),
            *("Miss Tamsin Rudge", "Mr Owen Carswell", "Mrs Beata Lorne"),
            *("Gemma Pickersgill", "Darren Holroyde", "Maureen Astley", "Freya Pickersgill"),
            *("Mr Lionel Farnsworth", "Mrs Uma Prentice", "Dr Hector Ibbotson", "Mrs Yvette Carlow"),
        ),
        {
            "event": "the harvest assembly",
            "rule": "the new drop-off times",
            "trip": "the canal museum trip",
            "club": "the breakfast club",
            "group": "the Alderwick Mums and Dads group",
        },
    ),
    "westacre": Cast(
        _people(
            *("Mr Desmond Quill", "Miss Aroha Lindqvist", "Mr Barnaby Foss", "Mrs Celeste Harding-Moor"),
            *("Mr Tobias Wren", "Mrs Pilar Eastgate", "Mr Joss Kettley"),
            *("Nadia Brocklebank", "Simon Thistlewood", "Glenys Arkwright", "Callum Brocklebank"),
            *("Mrs Winifred Sorrell", "Mr Ade Colthurst", "Ms Ingrid Fairweather", "Mr Rupert Nkemelu-Hall"),
        ),
        {
            "event": "the open evening",
            "rule": "the phone pouches",
            "trip": "the geography field trip",
            "club": "the football squad",
            "group": "the Whinmoor Vale parents' chat",
        },
    ),
    "libra": Cast(
        _people(
            *("Ms Harriet Vane-Ellwood", "Mr Samir Dunnock", "Mrs Joy Abernethy", "Mr Colin Trevanion"),
            *("Mr Gareth Lumsden", "Miss Odile Marchbank", "Mrs Shanice Copperfield"),
            *("Lorraine Tebbutt", "Kwame Ashdown", "Patricia Selwood", "Jude Tebbutt"),
            *("Mr Anselm Royle", "Mrs Kirsten Bagnall", "Mr Wilfred Osei-Lamb", "Mrs Dorothea Finch"),
        ),
        {
            "event": "the summer concert",
            "rule": "the one-way gate",
            "trip": "the residential in the Dales",
            "club": "the swimming lessons",
            "group": "the Candlemere Community page",
        },
    ),
    "rivington": Cast(
        _people(
            *("Mr Alasdair Penhallow", "Mrs Noor Wakeling", "Mr Francis Tully", "Mrs Blythe Ormondroyd"),
            *("Mr Dominic Sayle", "Mrs Ewa Hartington", "Miss Kezia Bloomfield"),
            *("Stephen Garrowby", "Michelle Tranter", "Joan Eccleshall", "Rhys Garrowby"),
            *("Mrs Prudence Vickery", "Mr Idris Lathom", "Mrs Carmel Whitlow", "Mr Benedict Ashe"),
        ),
        {
            "event": "the prize-giving",
            "rule": "the uniform checks",
            "trip": "the Berlin trip",
            "club": "the sixth-form enterprise club",
            "group": "the Tarnbrook Year 10 parents' group",
        },
    ),
    "park-hall": Cast(
        _people(
            *("Mrs Elspeth Morrow", "Miss Farida Cobbold", "Mr Hugh Ravensdale", "Mrs Anneliese Pike"),
            *("Mrs Bronwen Tate", "Mr Luca Hobday", "Mr Declan Swithenbank"),
            *("Jolene Maddock", "Paul Ravenhill", "Beryl Sugden", "Toby Maddock"),
            *("Mr Cuthbert Lacey", "Mrs Meera Wolstenholme", "Mr Fergus Alderton", "Ms Lavinia Brook"),
        ),
        {
            "event": "the school fair",
            "rule": "the parking zone",
            "trip": "the farm visit",
            "club": "the after-school club",
            "group": "the Foxley Green noticeboard",
        },
    ),
}

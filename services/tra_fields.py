"""The fields of the Department for Education's service for referring serious misconduct, by the names that it has.

As they stood in the service's public source in June 2026 (DFE-Digital/refer-serious-misconduct, `db/schema.rb`): its
questions, without those by which it keeps how far a form was filled in.
"""

from __future__ import annotations

from domain.vocabulary_of_files import FILE_KINDS

__all__ = [
    "EMPLOYMENT_STATUSES",
    "MOST_UPLOADS",
    "MOST_UPLOAD_BYTES",
    "ORGANISATION_FIELDS",
    "REASONS_LEAVING",
    "REFERRAL_FIELDS",
    "REFERRER_FIELDS",
    "UPLOAD_TYPES",
]

REFERRER_FIELDS = ("first_name", "last_name", "job_title", "phone")
ORGANISATION_FIELDS = ("name", "street_1", "street_2", "city", "postcode")
REFERRAL_FIELDS = (
    # The teacher.
    *("first_name", "last_name", "name_has_changed", "previous_name", "age_known", "date_of_birth"),
    *("ni_number_known", "ni_number", "trn_known", "trn", "has_qts"),
    *("email_known", "email_address", "phone_known", "phone_number"),
    *("address_known", "address_line_1", "address_line_2", "town_or_city", "postcode", "country"),
    # The role.
    *("job_title", "duties_format", "duties_details", "role_start_date_known", "role_start_date"),
    *("same_organisation", "organisation_address_known", "organisation_name"),
    *("organisation_address_line_1", "organisation_address_line_2", "organisation_town_or_city"),
    *("organisation_postcode", "employment_status", "role_end_date_known", "role_end_date", "reason_leaving_role"),
    *("working_somewhere_else", "work_location_known", "work_organisation_name"),
    *("work_address_line_1", "work_address_line_2", "work_town_or_city", "work_postcode"),
    # The allegation, what was known before, evidence, and the declaration of whoever refers.
    *("allegation_format", "allegation_details", "allegation_consideration_details", "dbs_notified"),
    *("previous_misconduct_reported", "previous_misconduct_format", "previous_misconduct_details"),
    *("has_evidence", "declaration"),
)
EMPLOYMENT_STATUSES = ("employed", "suspended", "left_role")
REASONS_LEAVING = ("resigned", "dismissed", "retired", "unknown")
# What the service takes.
MOST_UPLOADS = 40
MOST_UPLOAD_BYTES = 100 * 1024 * 1024
UPLOAD_TYPES = tuple(sorted({extension for kind in FILE_KINDS.values() for extension in kind.extensions}))

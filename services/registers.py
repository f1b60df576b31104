"""The school register's commands: the trust, its schools, their calendars, packs and appointments."""

"""Use-cases on PostGIS; all SQL of Wangge lives here."""

"""A generator of OCI cost, FOCUS and usage reports: our own, deterministic by seed, from 1 row to 10,000,000.

`story.Story` tells what a tenancy publishes over days (splits, late data, corrections, re-publications);
`report.Report` is one object of it and writes its CSV or gzip stream; `knobs` makes objects missing, slow, broken or
refused.
"""

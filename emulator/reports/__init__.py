"""A generator of OCI cost, FOCUS and usage reports: our own, deterministic by seed, from 1 row to 10,000,000.

`billing_history.BillingHistory` is what a tenancy publishes over days (splits, late data, corrections,
re-publications); `generated_report.GeneratedReport` is one object of it and writes its CSV or gzip stream;
`report_faults` makes objects missing, slow, broken or refused. May import services.object_storage and base.
"""

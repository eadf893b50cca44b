-- adw-billing: a starter for APEX, Oracle Analytics and Data Studio; docs/adw-billing-apex.md says what to make of it.
-- Run it as the loader's database user after its first load. It makes views alone, and may be run again.

-- What the month costs, has cost, and will cost
CREATE OR REPLACE VIEW bill_overview AS
WITH month_cost AS (
  SELECT tenancy_id, currency, month, SUM(cost) AS cost FROM oci_cost_month GROUP BY tenancy_id, currency, month
)
SELECT c.tenancy_id, COALESCE(t.name, c.tenancy_id) AS tenancy, c.currency, c.month, c.cost,
  p.cost AS previous_cost, c.cost - p.cost AS change, f.forecast, f.as_of AS forecast_as_of,
  f.past_error_percent AS forecast_error_percent
FROM month_cost c
LEFT JOIN month_cost p ON p.tenancy_id = c.tenancy_id AND p.currency = c.currency AND p.month = ADD_MONTHS(c.month, -1)
LEFT JOIN oci_forecast f ON f.tenancy_id = c.tenancy_id AND f.currency = c.currency AND f.month = c.month
LEFT JOIN oci_tenancy t ON t.tenancy_id = c.tenancy_id;

-- Cost over time: stacked bars of days
CREATE OR REPLACE VIEW bill_daily AS
SELECT tenancy_id, currency, usage_day, month, COALESCE(service, '(none)') AS service,
  COALESCE(compartment_path, '(none)') AS compartment, COALESCE(region, '(none)') AS region, SUM(cost) AS cost
FROM oci_cost_day
GROUP BY tenancy_id, currency, usage_day, month, COALESCE(service, '(none)'), COALESCE(compartment_path, '(none)'),
  COALESCE(region, '(none)');

-- Cost analysis: any column as a filter or a slice
CREATE OR REPLACE VIEW bill_analysis AS
SELECT tenancy_id, currency, month, subaccount_id, service, sku, region, compartment_path, cost, line_count
FROM oci_cost_month;

-- Compartments, each with all below it; top_level is the first part of the path
CREATE OR REPLACE VIEW bill_compartments AS
SELECT tenancy_id, currency, month, path, REGEXP_SUBSTR(path, '[^/]+', 1, 1, 'n', 0) AS top_level, own_cost, cost
FROM oci_compartment_month;

-- Who pays, by tag
CREATE OR REPLACE VIEW bill_tags AS
SELECT tenancy_id, currency, month, tag_key, tag_value, cost, line_count FROM oci_tag_month;

-- What moved the bill, and why
CREATE OR REPLACE VIEW bill_movers AS
SELECT tenancy_id, currency, month, service, sku, description, cost, previous_cost, change, quantity_effect,
  price_effect, reason
FROM oci_mover;

-- Days on which a service cost what it should not
CREATE OR REPLACE VIEW bill_anomalies AS
SELECT tenancy_id, currency, usage_day, service, cost, expected, deviation FROM oci_anomaly;

-- Rate card: what was paid for a unit of each SKU, newest month first, and its list price where it is loaded
CREATE OR REPLACE VIEW bill_rate_card AS
SELECT l.tenancy_id, l.currency, l.month, l.sku, MAX(l.description) AS description, MAX(l.unit) AS unit,
  MIN(l.unit_price) AS lowest_price, MAX(l.unit_price) AS highest_price, MAX(p.list_price) AS list_price,
  SUM(l.quantity) AS quantity, SUM(l.cost) AS cost
FROM oci_cost_line l
LEFT JOIN oci_list_against_paid p ON p.tenancy_id = l.tenancy_id AND p.currency = l.currency AND p.month = l.month
  AND p.sku = l.sku
WHERE l.month IS NOT NULL
GROUP BY l.tenancy_id, l.currency, l.month, l.sku;

-- Current state: what ran on the newest complete day, by resource
CREATE OR REPLACE VIEW bill_current_state AS
SELECT l.tenancy_id, l.currency, l.usage_day, l.compartment_path, l.region, l.service, l.description, l.unit,
  l.resource_id, r.name AS resource_name, SUM(l.quantity) AS quantity, SUM(l.cost) AS cost
FROM oci_cost_line l
JOIN (SELECT tenancy_id, currency, MAX(as_of) AS as_of FROM oci_forecast_day GROUP BY tenancy_id, currency) n
  ON n.tenancy_id = l.tenancy_id AND n.currency = l.currency AND n.as_of = l.usage_day
LEFT JOIN oci_resource r ON r.resource_id = l.resource_id
GROUP BY l.tenancy_id, l.currency, l.usage_day, l.compartment_path, l.region, l.service, l.description, l.unit,
  l.resource_id, r.name;

-- Load status: every report with its proof, and how many of its rows are in quarantine
CREATE OR REPLACE VIEW bill_load_status AS
SELECT tenancy_id, dialect, object_name, state, rows_loaded, rows_rejected, cost_sum, size_bytes, loaded_at
FROM oci_report;

-- For a reader of its own, as dashboards should have:
--   CREATE USER bill_reader IDENTIFIED BY "<password>"; GRANT CREATE SESSION TO bill_reader;
--   GRANT SELECT ON bill_overview TO bill_reader;   … one for each view above

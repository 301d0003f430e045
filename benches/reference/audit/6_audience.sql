-- Segments, journeys, events, and the files themselves.

-- Nobody may ever be in these two.
-- rules: SEG001
SELECT 'SEG001', unnest(['segment:unsub-in-promo', 'segment:churned-early-access']), unnest([
    count(*) FILTER (is_out AND promo_journey = 'true'),
    count(*) FILTER (lifecycle_stage = 'Churned' AND early_access = 'true')]) FROM people;

-- Segments of a purpose that are empty, and VIP, which expects twenty.
-- rules: SEG004
SELECT 'SEG004', unnest(['segment:At Risk', 'segment:Recent Buyer', 'segment:VIP']), unnest([
    (count(*) FILTER (lifecycle_stage = 'At Risk' AND NOT is_out) = 0)::INTEGER,
    (count(*) FILTER (ordered_form = 'seconds' AND ordered_at > epoch(TIMESTAMP '2026-05-02')) = 0)::INTEGER,
    (count(*) FILTER (vip_tier IN ('gold', 'platinum')) < 20)::INTEGER]) FROM people;

-- People whom another spelling of the tested value keeps out of a segment. crmlint counts 40 spellings of each value; the
-- more there are in a large workspace, the more its count stays behind this one.
-- rules: SEG007
WITH other AS (SELECT subject, value, word FROM spellings WHERE class <> 'right' AND word IS NOT NULL)
SELECT 'SEG007', 'segment:' || CASE word WHEN 'At Risk' THEN 'At Risk' ELSE 'New Customer' END, count(*)
FROM people JOIN other ON value = lifecycle_stage
WHERE subject = 'customerio.people.lifecycle_stage' AND (word = 'At Risk' AND NOT is_out OR word = 'First Order')
GROUP BY ALL
UNION ALL SELECT 'SEG007', 'segment:VIP', count(*) FROM people JOIN other ON value = vip_tier
WHERE subject = 'customerio.people.vip_tier' AND word IN ('gold', 'platinum');

-- The winback reaches somebody with an open case or a subscription that runs.
-- rules: SEG010
SELECT 'SEG010', 'mapping:journeys.winback', count(*) FROM people
WHERE lifecycle_stage = 'At Risk' AND NOT is_out
    AND (renewal_form = 'seconds' AND renewal_at > epoch(TIMESTAMP '2026-06-01')
         OR key IN (SELECT contact_key FROM cases WHERE status = 'Open' AND contact_key IS NOT NULL));

-- A buyer of a rep who is a new customer as well.
-- rules: JNY013
SELECT 'JNY013', 'mapping:journeys.hello', count(*) FROM people
WHERE lifecycle_stage = 'First Order' AND NOT is_out
    AND key IN (SELECT contact_key FROM deals WHERE stage = 'Closed Won' AND contact_key IS NOT NULL);

-- Properties that the plan names and that no event of that name has.
-- rules: EVT002
WITH plan AS (SELECT * FROM (VALUES ('order_completed', 'amount'), ('order_completed', 'product_line'),
    ('deal_won', 'amount'), ('deal_won', 'product_line'), ('deal_won', 'rep'), ('refund_issued', 'amount'),
    ('cart_abandoned', 'amount'), ('cart_abandoned', 'items'), ('lifecycle_stage_changed', 'from'),
    ('lifecycle_stage_changed', 'to'), ('kettle_registered', 'serial')) AS plan(event_name, property)),
properties AS (SELECT event_name, unnest(json_keys(data)) AS property FROM events WHERE json_valid(data)),
carried AS (SELECT event_name, property, count(*) AS records FROM properties GROUP BY ALL)
SELECT 'EVT002', 'mapping:events.' || event_name, count(*) FROM plan LEFT JOIN carried USING (event_name, property)
WHERE records IS NULL AND event_name IN (SELECT event_name FROM events) GROUP BY event_name;

CREATE TABLE stages AS
SELECT *, lag(moved_from) OVER by_time AS last_from, lag(moved_to) OVER by_time AS last_to,
    lag(happened_at) OVER by_time AS last_at, lead(happened_at) OVER by_time AS next_at
FROM (SELECT DISTINCT event_id, customer_id, happened_at, nullif(data ->> '$.from', '') AS moved_from,
          nullif(data ->> '$.to', '') AS moved_to
      FROM events WHERE event_name = 'lifecycle_stage_changed')
WINDOW by_time AS (PARTITION BY customer_id ORDER BY happened_at, event_id);

-- HIS002: back within an hour. JNY009: back within a day, and later than the journey waits. EVT006: from a state where the
-- event before did not lead; events of one instant are left out.
-- rules: EVT005 EVT006 HIS002 JNY009
SELECT unnest(['EVT005', 'EVT006', 'HIS002', 'JNY009']), 'customerio.events.lifecycle_stage_changed', unnest([
    count(*) FILTER (moved_from IS NULL OR moved_to IS NULL),
    count(*) FILTER (folded(moved_from) <> folded(last_to) AND happened_at > last_at
        AND (next_at IS NULL OR next_at > happened_at)),
    count(*) FILTER (moved_from = last_to AND moved_to = last_from AND happened_at - last_at <= 3600),
    count(*) FILTER (moved_from = last_to AND moved_to = last_from AND happened_at - last_at <= 86400
        AND (last_to = 'At Risk' AND happened_at - last_at > 3600 OR last_to = 'First Order'))])
FROM stages;

-- Deals that raised the same event twice in a row, and events of deals that name nobody.
-- rules: EVT007
WITH told AS (
    SELECT DISTINCT event_id, event_name, happened_at, id_key(data ->> '$.deal_id') AS deal FROM events
    WHERE contains(data, 'deal_id')),
followed AS (
    SELECT *, lag(event_name) OVER (PARTITION BY deal ORDER BY happened_at, event_id) AS last_name FROM told
    WHERE deal IS NOT NULL)
SELECT 'EVT007', 'customerio.events.record', count(*) FROM followed
WHERE event_name = 'deal_won' AND last_name = 'deal_won'
UNION ALL SELECT 'EVT007', 'customerio.events.person', count(DISTINCT event_id) FROM events
WHERE event_name = 'deal_won' AND missing(customer_id) AND missing(email);

-- A won deal whose nearest event is more than a day from its closing date, wherever on earth that day is.
-- rules: EVT008
WITH told AS (SELECT id_key(data ->> '$.deal_id') AS key, happened_at FROM events WHERE event_name = 'deal_won'),
distances AS (
    SELECT key, min(greatest(epoch(try_cast(closing AS TIMESTAMP)) - 14 * 3600 - happened_at,
        happened_at - epoch(try_cast(closing AS TIMESTAMP)) - 36 * 3600)) AS apart
    FROM deals JOIN told USING (key) WHERE stage = 'Closed Won' GROUP BY key)
SELECT 'EVT008', 'customerio.events.deal_won', count(*) FROM distances WHERE apart > 86400;

-- Rows with more cells than the header has columns.
-- rules: IO001
SELECT 'IO001', 'zoho.leads', count(more) FROM leads;

-- Ids that a spreadsheet rounded, or wrote as numbers. One that still has its prefix was never a number.
-- rules: IO002
WITH ids AS (
    SELECT 'zoho.deals.Contact Name.id' AS subject, trim(contact_id) AS id FROM deals
    UNION ALL SELECT 'zoho.deals.Record Id', trim(id) FROM deals
    UNION ALL SELECT 'zoho.contacts.Record Id', trim(id) FROM contacts
    UNION ALL SELECT 'zoho.leads.Record Id', trim(id) FROM leads
    UNION ALL SELECT 'zoho.cases.Record Id', trim(id) FROM cases
    UNION ALL SELECT 'customerio.people.zoho_contact_id', trim(zoho_contact_id) FROM people)
SELECT 'IO002', subject, count(*) FROM ids
WHERE regexp_matches(id, '^[0-9]+\.0+$|^[0-9.]+[eE]\+?[0-9]+$|^[0-9]{15}0{2,}$') AND regexp_matches(id, '[1-9]')
GROUP BY subject;

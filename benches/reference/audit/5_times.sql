-- Times, hop by hop: what is right at the source is not what Customer.io's date conditions match.
-- The export was taken on 2026-05-21; now is 2026-06-01.

CREATE MACRO is_unit(form) AS form IN ('millis', 'micros', 'nanos', 'serial');
-- Somebody may be born on the first day of Unix time.
CREATE MACRO is_default(name, form, day, moment) AS is_fake(form, day, moment)
    AND NOT (name = 'birth' AND form = 'date' AND day = DATE '1970-01-01');
CREATE MACRO is_ahead(day, moment) AS coalesce(moment, epoch(day)::BIGINT) > epoch(TIMESTAMP '2026-06-02')::BIGINT;

-- One row a filled cell, so that each rule is written once.
CREATE VIEW source_times AS
SELECT 'ordered' AS name, 'zoho.contacts.Last Order Time' AS subject, ordered AS value, ordered_form AS form,
    ordered_day AS day, ordered_at AS moment FROM contacts WHERE ordered_form IS NOT NULL
UNION ALL SELECT 'renewal', 'zoho.contacts.Renewal Date', renewal, renewal_form, renewal_day, renewal_at FROM contacts
WHERE renewal_form IS NOT NULL
UNION ALL SELECT 'birth', 'zoho.contacts.Date of Birth', birth, birth_form, birth_day, birth_at FROM contacts
WHERE birth_form IS NOT NULL;
CREATE VIEW profile_times AS
SELECT 'ordered' AS name, 'customerio.people.last_order_at' AS subject, ordered AS value, ordered_form AS form,
    ordered_day AS day, ordered_at AS moment FROM people WHERE ordered_form IS NOT NULL
UNION ALL SELECT 'renewal', 'customerio.people.subscription_renews_at', renewal, renewal_form, renewal_day, renewal_at
FROM people WHERE renewal_form IS NOT NULL
UNION ALL SELECT 'birth', 'customerio.people.birthday', birth, birth_form, birth_day, birth_at FROM people
WHERE birth_form IS NOT NULL;

-- TS001 to TS015 of the source, in one scan.
-- rules: TS001 TS003 TS004 TS005 TS008 TS015
WITH counts AS (
    SELECT subject,
        count(*) FILTER (form NOT IN ('space', 'date', 'impossible') AND NOT is_unit(form)) AS ts001,
        count(*) FILTER (is_unit(form)) AS ts003,
        count(*) FILTER (name = 'ordered' AND form = 'date') AS ts004,
        count(*) FILTER (name = 'ordered' AND form IN ('offset', 'fine offset', 'bare offset')) AS with_offset,
        count(*) FILTER (name = 'ordered' AND form IN ('local', 'space')) AS without,
        count(*) FILTER (form = 'impossible' OR form IN ('space', 'date') AND is_default(name, form, day, moment)
            OR name = 'ordered' AND is_ahead(day, moment)) AS ts008,
        count(*) FILTER (unsure_hour(value, form)) AS ts015
    FROM source_times GROUP BY subject)
SELECT unnest(['TS001', 'TS003', 'TS004', 'TS005', 'TS008', 'TS015']), subject,
    unnest([ts001, ts003, ts004, least(with_offset, without), ts008, ts015])
FROM counts;

-- Day or month first, and neither the date nor its column decides it.
-- rules: TS006
WITH parts AS (
    SELECT subject, regexp_extract(value, '^([0-9]{1,2})([/-])([0-9]{1,2})[/-][0-9]+$', ['one', 'between', 'two']) AS p
    FROM source_times WHERE form IN ('numbers', 'other')),
dates AS (SELECT subject, p.between AS between, try_cast(p.one AS INTEGER) AS one, try_cast(p.two AS INTEGER) AS two
          FROM parts WHERE p.between <> ''),
columns AS (SELECT subject, between, bool_or(one > 12) AS day_first, bool_or(two > 12) AS month_first FROM dates
            GROUP BY ALL)
SELECT 'TS006', subject, count(*) FROM dates JOIN columns USING (subject, between)
WHERE one <= 12 AND two <= 12 AND one <> two AND day_first = month_first GROUP BY subject;

-- rules: TS002 TS003 TS008 TS012 TS013
WITH counts AS (
    SELECT subject,
        count(*) FILTER (name <> 'birth' AND form NOT IN ('seconds', 'zero') AND NOT is_unit(form)) AS ts002,
        count(*) FILTER (is_unit(form)) AS ts003,
        count(*) FILTER (name = 'ordered' AND form = 'seconds' AND is_ahead(day, moment)) AS ts008,
        count(*) FILTER (name = 'birth' AND form NOT IN ('seconds', 'zero', 'local', 'date', 'offset', 'fine offset',
            'bare offset') AND NOT is_unit(form)) AS ts012,
        count(*) FILTER (is_default(name, form, day, moment)) AS ts013
    FROM profile_times GROUP BY subject)
SELECT unnest(['TS002', 'TS003', 'TS008', 'TS012', 'TS013']), subject, unnest([ts002, ts003, ts008, ts012, ts013])
FROM counts;

-- Other forms than that of most values.
-- rules: TS014
WITH counts AS (SELECT subject, form, count(*) AS records FROM profile_times
                WHERE form <> 'other' AND NOT is_fake(form, day, moment) GROUP BY ALL)
SELECT 'TS014', subject, (sum(records) - max(records))::BIGINT FROM counts GROUP BY subject;

-- Two sides of a link that are sure, and not of the same moment or day. Of a birth only days are compared.
-- rules: TS007
WITH pairs AS (
    SELECT unnest(['ordered', 'renewal', 'birth']) AS name,
        unnest([c.ordered_form, c.renewal_form, c.birth_form]) AS form,
        unnest([c.ordered_day, c.renewal_day, c.birth_day]) AS day,
        unnest([c.ordered_at, c.renewal_at, c.birth_at]) AS moment,
        unnest([p.ordered_form, p.renewal_form, p.birth_form]) AS other_form,
        unnest([p.ordered_day, p.renewal_day, p.birth_day]) AS other_day,
        unnest([p.ordered_at, p.renewal_at, p.birth_at]) AS other
    FROM links JOIN people p ON p.rowid = profile JOIN contacts c ON c.rowid = contact WHERE NOT c.is_fresh)
SELECT 'TS007', 'customerio.people.' || name, count(*) FROM pairs
WHERE NOT is_default(name, form, day, moment) AND NOT is_default(name, other_form, other_day, other) AND CASE
    WHEN form = 'date' AND other_form = 'date' THEN day <> other_day
    WHEN name = 'birth' THEN false
    WHEN form = 'date' THEN day NOT IN ((TIMESTAMP '1970-01-01' + to_seconds(other))::DATE,
        timezone('Europe/Berlin', to_timestamp(other))::DATE)
    ELSE abs(moment - other) > 60 END
GROUP BY name;

-- An order more than a day before its customer.
-- rules: TS010
SELECT 'TS010', 'zoho.contacts.Last Order Time', count(*) FROM contacts
WHERE ordered_at < created_at - 86400 AND NOT is_fake(ordered_form, ordered_day, ordered_at)
UNION ALL SELECT 'TS010', 'customerio.people.last_order_at', count(*) FROM people
WHERE ordered_at < try_cast(created_at AS BIGINT) - 86400 AND NOT is_fake(ordered_form, ordered_day, ordered_at);

-- More than five of a hundred writes came later than four hours after the change, of those that came within a week.
-- rules: FRS002
WITH lags AS (
    SELECT try_cast(p.synced_at AS BIGINT) - c.modified_at AS lag
    FROM links JOIN people p ON p.rowid = profile JOIN contacts c ON c.rowid = contact)
SELECT 'FRS002', 'customerio.people.synced_at', count(*) FILTER (lag > 4 * 3600) FROM lags
WHERE lag BETWEEN 0 AND 7 * 86400 HAVING count(*) FILTER (lag > 4 * 3600) > 0.05 * count(*);

-- The exports, read once as text, with the columns that several checks share: keys, addresses, forms of times.
-- $zoho, $customerio and $shopify are folders; the words and columns are those of the workspace's mapping.yaml.

-- One expression each: they are evaluated on nearly every cell, and a list of texts takes three times as long.
CREATE MACRO missing(x) AS x IS NULL OR regexp_full_match(x,
    '(?i)\s*(|#?n/a|n\.a\.|-?none-?|null|nil|nan|undefined|\((blank|null)\)|-{1,3}|–|—|\?)\s*');
-- A record id without its prefix, where it may name somebody: no zeros, no `7.04E+18`, no `7045.0`.
CREATE MACRO id_key(x) AS CASE WHEN NOT missing(x)
    THEN nullif(regexp_extract(replace(trim(x), 'zcrm_', ''), '^0*[1-9A-Za-z][^.+]*$'), '') END;
CREATE MACRO is_placeholder(x) AS regexp_matches(x, '^((test|testtest|tester|test1|test123|none|no[-_.]?email|no-?mail|'
    'noaddress|no[-_]?reply|donotreply|do-not-reply|nobody|nothing|not\.?provided|notavailable|unknown|dummy|fake|'
    'placeholder|invalid|na|n\.a|n/a|null|undefined|asdf|asdfasdf|qwerty|xx|xxx|xxxx)@|.*@(test\.test|test\.invalid|'
    'invalid\.invalid|test\.com|none\.com|none\.none|noemail\.com|no-email\.com|nomail\.com|noreply\.com|na\.na|'
    'invalid\.com|fake\.com|asdf\.com|asdf\.asdf|xxx\.xxx)$|(a@a\.com|a@b\.c|a@b\.com|x@x\.com|x@x\.x|x@y\.z|'
    'abc@abc\.com|123@123\.com|email@email\.com|mail@mail\.com)$)');
CREATE MACRO is_address(x) AS regexp_full_match(x,
    '[^\s@,;:<>()\[\]\\".]+(\.[^\s@,;:<>()\[\]\\".]+)*@[\pL\pN-]+(\.[\pL\pN-]+)+');
-- What stands in an address column, in one spelling: the address, or nothing where nobody can own it.
CREATE MACRO usable(x) AS CASE WHEN is_address(x) AND NOT is_placeholder(x) THEN x END;
CREATE MACRO local_part(x) AS split_part(split_part(x, '@', 1), '+', 1);
-- The mailbox that the provider delivers to.
CREATE MACRO mailbox(x) AS CASE
    WHEN split_part(x, '@', 2) IN ('gmail.com', 'googlemail.com') THEN replace(local_part(x), '.', '') || '@gmail.com'
    WHEN split_part(x, '@', 2) IN ('outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'fastmail.com', 'fastmail.fm')
        THEN local_part(x) || '@' || split_part(x, '@', 2)
    WHEN split_part(x, '@', 2) IN ('icloud.com', 'me.com', 'mac.com') THEN local_part(x) || '@icloud.com'
    WHEN split_part(x, '@', 2) IN ('proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me')
        THEN replace(local_part(x), '.', '') || '@proton.me'
    ELSE x END;
CREATE MACRO opted_out(x) AS coalesce(lower(x) IN ('true', '1'), false);
CREATE MACRO digits(x) AS regexp_replace(regexp_replace(x, '[^0-9]', '', 'g'), '^00', '');
-- What a flag says, in any of its vocabularies.
CREATE MACRO flag(x) AS CASE WHEN lower(trim(x)) IN ('true', 'yes', 'y', '1', 't', 'on', 'wahr', 'ja') THEN true
    WHEN lower(trim(x)) IN ('false', 'no', 'n', '0', 'f', 'off', 'falsch', 'nein') THEN false END;

-- Times. The form of a text, the day that it writes, and the second that it surely means (Berlin where it has no zone).
CREATE MACRO form(x) AS CASE
    WHEN missing(x) THEN NULL
    WHEN regexp_full_match(x, '[0-9]+(\.[0-9]+)?') THEN CASE
        WHEN split_part(x, '.', 1) = '0' THEN 'zero'
        WHEN length(split_part(x, '.', 1)) = 5 THEN 'serial'
        WHEN length(split_part(x, '.', 1)) BETWEEN 6 AND 11 THEN 'seconds'
        WHEN length(split_part(x, '.', 1)) BETWEEN 12 AND 14 THEN 'millis'
        WHEN length(split_part(x, '.', 1)) BETWEEN 15 AND 17 THEN 'micros'
        WHEN length(split_part(x, '.', 1)) > 17 THEN 'nanos' ELSE 'other' END
    WHEN regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN CASE
        WHEN try_cast(x[:10] AS DATE) IS NULL THEN 'impossible'
        WHEN length(x) = 10 THEN 'date'
        WHEN length(x) = 19 THEN CASE x[11] WHEN 'T' THEN 'local' ELSE 'space' END
        WHEN regexp_matches(x, '\.[0-9]{7,}') THEN 'fine offset'
        WHEN regexp_matches(x, '(Z|:[0-9]{2})$') AND regexp_matches(x, '(Z|[+-][0-9]{2}:[0-9]{2})$') THEN 'offset'
        WHEN regexp_matches(x, '[+-][0-9]{4}$') THEN 'bare offset' ELSE 'other' END
    WHEN regexp_full_match(x, '[0-9]+[/.][0-9]+[/.][0-9]+') THEN 'numbers'
    WHEN regexp_matches(x, '[0-9]') AND regexp_matches(lower(x), '\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)')
        THEN 'words'
    ELSE 'other' END;
CREATE MACRO written_day(x, form) AS CASE WHEN form IN ('date', 'local', 'space', 'offset', 'fine offset', 'bare offset')
    THEN try_cast(x[:10] AS DATE) END;
-- An hour that Berlin's clocks show twice or never: two to three on the last Sunday of October and of March.
CREATE MACRO unsure_hour(x, form) AS form IN ('local', 'space') AND x[12:13] = '02' AND x[6:7] IN ('03', '10')
    AND x[9:10] > '24' AND dayofweek(try_cast(x[:10] AS DATE)) = 0;
CREATE MACRO second(x, form) AS CASE
    WHEN form = 'seconds' THEN x::DOUBLE::BIGINT
    WHEN form = 'millis' THEN x::DOUBLE::BIGINT // 1000
    WHEN form = 'micros' THEN x::DOUBLE::BIGINT // 1000000
    WHEN form = 'nanos' THEN x::DOUBLE::BIGINT // 1000000000
    WHEN unsure_hour(x, form) THEN NULL
    WHEN form IN ('local', 'space') THEN epoch(timezone('Europe/Berlin', try_cast(x AS TIMESTAMP)))::BIGINT
    WHEN form IN ('offset', 'fine offset', 'bare offset') THEN epoch(try_cast(x AS TIMESTAMPTZ))::BIGINT END;
-- A day that software writes where it has none.
CREATE MACRO is_fake(form, day, second) AS coalesce(form = 'zero' OR coalesce(day,
    DATE '1970-01-01' + (second // 86400)::INTEGER) IN (DATE '1970-01-01', DATE '1899-12-30', DATE '1899-12-31',
    DATE '1900-01-01', DATE '0001-01-01', DATE '9999-12-31'), false);

CREATE TABLE contacts AS
WITH raw AS (FROM read_csv($zoho || '/Contacts*.csv', header = true, all_varchar = true)),
spelt AS (SELECT *, lower(trim("Email")) AS spelt, trim("Last Order Time") AS ordered, trim("Renewal Date") AS renewal,
              trim("Date of Birth") AS birth, trim("Created Time") AS created, trim("Modified Time") AS modified FROM raw),
formed AS (SELECT *, usable(spelt) AS address, form(ordered) AS ordered_form, form(renewal) AS renewal_form,
               form(birth) AS birth_form FROM spelt)
SELECT "Record Id" AS id, id_key("Record Id") AS key, "Email" AS email, spelt, address, mailbox(address) AS mailbox,
    "Contact Owner" AS owner, "Lead Source" AS channel, "Phone" AS phone, created, "Mailing Country" AS country,
    "Email Opt Out" AS opt_out, "Tag" AS tag, "Unsubscribed Time" AS unsubscribed_time, "Lifecycle Stage" AS stage,
    "VIP Tier" AS tier, "Promo Journey" AS promo, "Early Access" AS access, "Wholesale" AS wholesale,
    "Favourite Tea" AS tea,
    ordered, ordered_form, written_day(ordered, ordered_form) AS ordered_day, second(ordered, ordered_form) AS ordered_at,
    renewal, renewal_form, written_day(renewal, renewal_form) AS renewal_day, second(renewal, renewal_form) AS renewal_at,
    birth, birth_form, written_day(birth, birth_form) AS birth_day, second(birth, birth_form) AS birth_at,
    -- The mapping's scope, and whether the sync may still be on its way: four hours before the profiles' export.
    NOT missing("Email") AND coalesce("Data Source", '') <> 'Sample Data' AS in_scope,
    second(created, 'space') AS created_at, second(modified, 'space') AS modified_at,
    coalesce(second(modified, 'space') > epoch(TIMESTAMP '2026-05-21 02:10:00')::BIGINT, false) AS is_fresh
FROM formed;

CREATE TABLE leads AS
WITH raw AS (
    -- One column more than the header, so that rows with too many cells are seen and kept.
    FROM read_csv($zoho || '/Leads*.csv', auto_detect = false, header = false, skip = 1, null_padding = true, delim = ',',
        quote = '"', escape = '"', strict_mode = false,
        columns = {id: 'VARCHAR', owner_id: 'VARCHAR', owner: 'VARCHAR', company: 'VARCHAR', first: 'VARCHAR',
            last: 'VARCHAR', name: 'VARCHAR', email: 'VARCHAR', phone: 'VARCHAR', channel: 'VARCHAR',
            status: 'VARCHAR', opt_out: 'VARCHAR', converted: 'VARCHAR', contact_id: 'VARCHAR', contact: 'VARCHAR',
            created: 'VARCHAR', modified: 'VARCHAR', description: 'VARCHAR', more: 'VARCHAR'})),
spelt AS (SELECT *, lower(trim(email)) AS spelt FROM raw),
formed AS (SELECT *, usable(spelt) AS address FROM spelt)
SELECT id, id_key(id) AS key, id_key(contact_id) AS contact_key, email, spelt, address, mailbox(address) AS mailbox,
    channel, opt_out, converted, more FROM formed;

CREATE TABLE deals AS SELECT "Record Id" AS id, id_key("Record Id") AS key, "Contact Name.id" AS contact_id,
    id_key("Contact Name.id") AS contact_key, "Stage" AS stage, "Closing Date" AS closing
FROM read_csv($zoho || '/Deals*.csv', header = true, all_varchar = true);

CREATE TABLE cases AS SELECT "Record Id" AS id, id_key("Record Id") AS key, id_key("Contact Name.id") AS contact_key,
    "Status" AS status
FROM read_csv($zoho || '/Cases*.csv', header = true, all_varchar = true);

-- All columns: the limits of Customer.io hold for each of them. DuckDB calls the second `Unsubscribed` Unsubscribed_1.
CREATE TABLE people AS
WITH raw AS (FROM read_csv($customerio || '/people.csv', header = true, all_varchar = true)),
spelt AS (SELECT *, lower(trim(email)) AS spelt, trim(last_order_at) AS ordered, trim(subscription_renews_at) AS renewal,
              trim(birthday) AS birth FROM raw),
formed AS (SELECT *, usable(spelt) AS address, form(ordered) AS ordered_form, form(renewal) AS renewal_form,
               form(birth) AS birth_form FROM spelt)
SELECT *, id_key(zoho_contact_id) AS key,
    CASE WHEN regexp_full_match(trim(id), '(zcrm_)?[0-9]{15,}') THEN id_key(id) END AS own_key,
    mailbox(address) AS mailbox, opted_out(unsubscribed) AS is_out,
    written_day(ordered, ordered_form) AS ordered_day, second(ordered, ordered_form) AS ordered_at,
    written_day(renewal, renewal_form) AS renewal_day, second(renewal, renewal_form) AS renewal_at,
    written_day(birth, birth_form) AS birth_day, second(birth, birth_form) AS birth_at
FROM formed;

CREATE TABLE customers AS
WITH spelt AS (SELECT *, lower(trim("Email")) AS spelt
               FROM read_csv($shopify || '/*.csv', header = true, all_varchar = true)),
formed AS (SELECT *, usable(spelt) AS address FROM spelt)
SELECT "Customer ID" AS id, "Email" AS email, spelt, address, mailbox(address) AS mailbox, "Total Spent" AS spent,
    coalesce(nullif(digits("Phone"), ''), digits("Default Address Phone")) AS phone FROM formed;

CREATE TABLE events AS SELECT event_id, event_name, customer_id, email, try_cast(timestamp AS BIGINT) AS happened_at, data
FROM read_csv($customerio || '/events.csv', header = true, all_varchar = true);

CREATE TABLE deliveries AS SELECT internal_customer_id AS cio_id, try_cast(created_at AS BIGINT) AS sent_at
FROM read_csv($customerio || '/deliveries.csv', header = true, all_varchar = true);

-- `hop` is 1 for an identifier, 2 for an address, 3 for a mailbox.
-- Who is who: by identifier; only without one, or with one that no record has, by address; last by mailbox.
CREATE TABLE links AS
WITH named AS (SELECT p.rowid AS profile, c.rowid AS contact, 1 AS hop FROM people p JOIN contacts c ON p.key = c.key),
owned AS (SELECT p.rowid, c.rowid, 1 FROM people p JOIN contacts c ON p.own_key = c.key
          WHERE p.rowid NOT IN (SELECT profile FROM named)),
keyed AS (FROM named UNION ALL FROM owned),
addressed AS (SELECT p.rowid AS profile, c.rowid AS contact, 2 FROM people p JOIN contacts c USING (address)
              WHERE p.rowid NOT IN (SELECT profile FROM keyed)),
met AS (FROM keyed UNION ALL FROM addressed)
FROM met UNION ALL
SELECT p.rowid, c.rowid, 3 FROM people p JOIN contacts c USING (mailbox) WHERE p.rowid NOT IN (SELECT profile FROM met);

CREATE TABLE lead_links AS
WITH named AS (SELECT p.rowid AS profile, l.rowid AS lead FROM people p JOIN leads l ON p.key = l.key),
owned AS (SELECT p.rowid, l.rowid FROM people p JOIN leads l ON p.own_key = l.key
          WHERE p.rowid NOT IN (SELECT profile FROM named)),
keyed AS (FROM named UNION ALL FROM owned),
addressed AS (SELECT p.rowid AS profile, l.rowid AS lead FROM people p JOIN leads l USING (address)
              WHERE p.rowid NOT IN (SELECT profile FROM keyed)),
met AS (FROM keyed UNION ALL FROM addressed)
FROM met UNION ALL
SELECT p.rowid, l.rowid FROM people p JOIN leads l USING (mailbox) WHERE p.rowid NOT IN (SELECT profile FROM met);

CREATE TABLE customer_links AS
WITH addressed AS (SELECT p.rowid AS profile, c.rowid AS customer FROM people p JOIN customers c USING (address))
FROM addressed UNION ALL SELECT p.rowid, c.rowid FROM people p JOIN customers c USING (mailbox)
WHERE p.rowid NOT IN (SELECT profile FROM addressed);

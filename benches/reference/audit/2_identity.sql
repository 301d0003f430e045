-- Who is who: identifiers, addresses, doubles, and profiles that stand for several people or for none.

-- rules: ID002
SELECT 'ID002', 'customerio.people.zoho_contact_id', blank FROM (
    SELECT count(*) FILTER (missing(zoho_contact_id)) AS blank, count(*) AS records FROM people)
WHERE blank > 0.02 * records
UNION ALL SELECT 'ID002', 'zoho.contacts.Record Id', blank FROM (
    SELECT count(*) FILTER (missing(id)) AS blank, count(*) AS records FROM contacts)
WHERE blank > 0.02 * records;

-- rules: ID003
SELECT 'ID003', 'zoho.' || module, sum(records) FROM (
    SELECT module, count(*) AS records FROM (
        SELECT 'contacts' AS module, key FROM contacts UNION ALL SELECT 'leads', key FROM leads
        UNION ALL SELECT 'deals', key FROM deals UNION ALL SELECT 'cases', key FROM cases)
    WHERE key IS NOT NULL GROUP BY module, key HAVING count(*) > 1)
GROUP BY ALL;

-- ID004: what is in an address column and is no address. ID014: what stands for none, there and among the identifiers.
-- rules: ID004 ID014
WITH cells AS (
    SELECT 'zoho.contacts.Email' AS subject, spelt, address FROM contacts
    UNION ALL SELECT 'zoho.leads.Email', spelt, address FROM leads
    UNION ALL SELECT 'customerio.people.email', spelt, address FROM people
    UNION ALL SELECT 'shopify.customers.Email', spelt, address FROM customers),
counts AS (
    SELECT subject, count(*) FILTER (is_placeholder(spelt)) AS placeholders,
        count(*) FILTER (NOT is_placeholder(spelt)) AS malformed
    FROM cells WHERE address IS NULL AND NOT missing(spelt) GROUP BY subject)
SELECT 'ID004', subject, malformed FROM counts
UNION ALL SELECT 'ID014', subject, placeholders FROM counts
UNION ALL SELECT 'ID014', 'customerio.people.zoho_contact_id', count(*) FROM people
WHERE NOT missing(zoho_contact_id) AND key IS NULL;

-- rules: ID007
SELECT 'ID007', 'customerio.people.zoho_contact_id', count(*) FROM people
WHERE missing(zoho_contact_id) AND rowid IN (SELECT profile FROM links);

-- The fewer of two shapes, the bare one where both are as many.
-- rules: ID008
SELECT 'ID008', 'customerio.people.zoho_contact_id', least(bare, prefixed) FROM (
    SELECT count(*) FILTER (starts_with(zoho_contact_id, 'zcrm_')) AS prefixed,
        count(*) FILTER (NOT starts_with(zoho_contact_id, 'zcrm_')) AS bare
    FROM people WHERE key IS NOT NULL);

-- The identifier leads to one profile and the address to others.
-- rules: ID009
WITH named AS (SELECT DISTINCT contact FROM links WHERE hop = 1),
agreeing AS (SELECT contact FROM links JOIN people p ON p.rowid = profile JOIN contacts c ON c.rowid = contact
             WHERE p.address = c.address)
SELECT 'ID009', 'zoho.contacts.Email', count(*) FROM contacts c
WHERE c.rowid IN (FROM named) AND c.rowid NOT IN (FROM agreeing) AND c.address IN (SELECT address FROM people);

-- rules: ID010 ID015
WITH kinds AS (
    SELECT id, CASE
        WHEN missing(id) OR starts_with(lower(id), 'cio_') THEN NULL
        WHEN contains(id, '@') THEN 'address'
        WHEN own_key IS NOT NULL OR starts_with(id, 'zcrm_') THEN 'zoho'
        WHEN regexp_full_match(id, '[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}') THEN 'uuid'
        WHEN regexp_full_match(id, '[0-9]+') THEN 'number' ELSE 'text' END AS kind
    FROM people),
counts AS (SELECT kind, count(*) AS records FROM kinds WHERE kind IS NOT NULL GROUP BY kind)
SELECT 'ID010', 'customerio.people.id', (sum(records) - max(records))::BIGINT FROM counts
UNION ALL SELECT 'ID015', 'customerio.people.id', count(*) FROM kinds
WHERE kind = 'address' OR starts_with(lower(id), 'cio_') OR strlen(id) > 150;

-- rules: ID011
SELECT 'ID011', 'customerio.people.id', sum(records)::BIGINT FROM (
    SELECT count(*) AS records FROM people WHERE NOT missing(id) GROUP BY lower(trim(id)) HAVING count(DISTINCT id) > 1);

-- The profile has an address that its contact no longer has, and nobody has the new one.
-- rules: ID012
SELECT 'ID012', 'customerio.people.email', count(*) FROM links
JOIN people p ON p.rowid = profile JOIN contacts c ON c.rowid = contact
WHERE hop = 1 AND c.mailbox <> p.mailbox AND NOT c.is_fresh
    AND NOT EXISTS (FROM people other WHERE other.mailbox = c.mailbox);

-- rules: ID013
SELECT 'ID013', 'zoho.contacts.Email', sum(records)::BIGINT FROM (
    SELECT count(*) AS records FROM contacts WHERE address IS NOT NULL GROUP BY address HAVING count(DISTINCT id) > 1);

-- A Zoho id that no record has, though the lead of that id became a contact.
-- rules: ID016
SELECT 'ID016', 'customerio.people.zoho_contact_id', count(*) FROM people p JOIN leads l ON l.key = p.key
JOIN contacts c ON c.key = l.contact_key
WHERE p.key NOT IN (SELECT key FROM contacts WHERE key IS NOT NULL)
    AND c.rowid NOT IN (SELECT contact FROM links WHERE hop = 1);

-- rules: DUP001
SELECT 'DUP001', 'customerio.people.email', sum(records)::BIGINT FROM (
    SELECT count(*) AS records FROM people WHERE address IS NOT NULL GROUP BY address HAVING count(*) > 1);

-- rules: DUP002
SELECT 'DUP002', dataset, sum(records)::BIGINT FROM (
    SELECT dataset, count(*) AS records FROM (
        SELECT 'zoho.contacts.Email' AS dataset, mailbox, address FROM contacts
        UNION ALL SELECT 'customerio.people.email', mailbox, address FROM people)
    WHERE mailbox IS NOT NULL GROUP BY dataset, mailbox HAVING count(DISTINCT address) > 1)
GROUP BY dataset;

-- Contacts on several profiles.
-- rules: DUP005
SELECT 'DUP005', 'zoho.contacts', count(*) FROM (
    SELECT c.key FROM links JOIN contacts c ON c.rowid = contact WHERE in_scope
    GROUP BY c.key HAVING count(DISTINCT profile) > 1);

-- Contacts that no link leads to a profile, and the profile that has their mailbox all the same, if there is one.
CREATE TABLE loose AS
WITH holders AS (SELECT mailbox, min(rowid) AS profile FROM people WHERE mailbox IS NOT NULL GROUP BY mailbox)
SELECT c.rowid AS contact, c.key, c.in_scope, lower(c.opt_out) = 'true' AS is_out, holders.profile
FROM contacts c LEFT JOIN holders USING (mailbox)
WHERE c.rowid NOT IN (SELECT contact FROM links)
    AND coalesce(c.key NOT IN (SELECT d.key FROM links JOIN contacts d ON d.rowid = contact WHERE d.key IS NOT NULL), true);

-- rules: DUP006
SELECT 'DUP006', 'customerio.people', count(*) FROM (
    SELECT profile FROM (SELECT profile, key FROM links JOIN contacts c ON c.rowid = contact
                         UNION ALL SELECT profile, key FROM loose WHERE profile IS NOT NULL)
    GROUP BY profile HAVING count(DISTINCT key) > 1);

-- The lead and the contact that it became, or that has its address, are on two profiles.
-- rules: DUP007
WITH became AS (
    SELECT l.rowid AS lead, c.rowid AS contact FROM leads l JOIN contacts c ON c.key = l.contact_key
    UNION SELECT l.rowid, c.rowid FROM leads l JOIN contacts c USING (address)),
beside AS (
    SELECT DISTINCT lead_links.profile, contact FROM lead_links JOIN became USING (lead)
    WHERE contact IN (SELECT contact FROM links))
SELECT 'DUP007', 'customerio.people', count(DISTINCT profile) FROM beside
WHERE (profile, contact) NOT IN (SELECT (profile, contact) FROM links);

-- rules: DUP008
SELECT 'DUP008', 'customerio.people.zoho_contact_id', count(*) FROM people
WHERE key IS NOT NULL AND rowid NOT IN (SELECT profile FROM links) AND rowid NOT IN (SELECT profile FROM lead_links);

-- rules: DUP009 DUP016
SELECT CASE WHEN is_out THEN 'DUP016' ELSE 'DUP009' END, 'zoho.contacts', count(DISTINCT key) FROM loose
WHERE in_scope AND profile IS NULL GROUP BY ALL;

-- Two profiles of one person: one holds nothing of the mapping and is opted out, the other is in use and says nothing.
-- rules: DUP015
WITH told AS (
    SELECT coalesce(key, mailbox) AS person, is_out, missing(unsubscribed) AS is_silent,
        missing(lifecycle_stage) AND missing(vip_tier) AND missing(country) AND missing(phone) AND missing(total_spent)
        AND missing(last_order_at) AND missing(tags) AND missing(sales_owner) AS is_stub
    FROM people)
SELECT 'DUP015', 'customerio.people', count(*) FROM (
    SELECT person FROM told WHERE person IS NOT NULL GROUP BY person
    HAVING bool_or(is_stub AND is_out) AND bool_or(NOT is_stub AND is_silent));

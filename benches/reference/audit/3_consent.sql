-- May we write to them: the owner's box against the profile's flag, topics, messages after an opt-out.

-- rules: CON001 CON002
SELECT CASE WHEN p.is_out THEN 'CON002' ELSE 'CON001' END, 'customerio.people.unsubscribed', count(DISTINCT profile)
FROM links JOIN people p ON p.rowid = profile JOIN contacts c ON c.rowid = contact
WHERE lower(c.opt_out) IN ('true', 'false') AND (lower(c.opt_out) = 'true') <> p.is_out
GROUP BY ALL;

-- rules: CON003 CON005
SELECT unnest(['CON003', 'CON005']), 'zoho.contacts.Email Opt Out', unnest([
    count(*) FILTER (NOT missing(unsubscribed_time) AND lower(coalesce(opt_out, '')) <> 'true'),
    count(*) FILTER (flag(opt_out) IS NULL)])
FROM contacts;

-- rules: CON006 CON010 CON012
SELECT unnest(['CON006', 'CON010', 'CON012']), 'customerio.people', unnest([
    count(*) FILTER (contains(cio_subscription_preferences, ':false')
        AND NOT contains(cio_subscription_preferences, ':true') AND NOT is_out),
    count(*) FILTER (lower(unsubscribed) NOT IN ('', 'true', 'false', '1', '0')),
    count(*) FILTER (NOT missing(cio_subscription_preferences) AND (NOT json_valid(cio_subscription_preferences)
        OR regexp_matches(cio_subscription_preferences, '"topic_([^12"]|[12][^"])')))])
FROM people;

-- One person, several profiles, of which some are opted out: by identifier, or by mailbox where a profile has none.
-- rules: CON007
WITH owners AS (SELECT mailbox, min_by(key, rowid) AS key FROM people
                WHERE key IS NOT NULL AND mailbox IS NOT NULL GROUP BY mailbox),
persons AS (SELECT coalesce(p.key, owners.key, p.mailbox) AS person, p.is_out
            FROM people p LEFT JOIN owners ON p.key IS NULL AND owners.mailbox = p.mailbox)
SELECT 'CON007', 'customerio.people.unsubscribed', sum(records)::BIGINT FROM (
    SELECT count(*) AS records FROM persons WHERE person IS NOT NULL GROUP BY person
    HAVING bool_or(is_out) AND NOT bool_and(is_out));

-- rules: CON008
WITH gone AS (
    SELECT p.cio_id, max(second(trim(c.unsubscribed_time), 'space')) AS left_at
    FROM links JOIN people p ON p.rowid = profile JOIN contacts c ON c.rowid = contact
    WHERE lower(c.opt_out) = 'true' AND NOT missing(c.unsubscribed_time) GROUP BY p.cio_id)
SELECT 'CON008', 'zoho.contacts.Unsubscribed Time', count(*) FROM deliveries JOIN gone USING (cio_id)
WHERE sent_at > left_at + 86400;

-- rules: CON011
SELECT 'CON011', 'zoho.contacts.Email Opt Out', count(*) FROM leads l JOIN contacts c ON c.key = l.contact_key
WHERE lower(l.converted) = 'true' AND lower(l.opt_out) = 'true' AND lower(c.opt_out) = 'false';

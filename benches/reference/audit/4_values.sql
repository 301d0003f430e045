-- Values: lists, flags, sizes, tags, stamps of writers, and profiles that do not hold what their owner says.

CREATE TABLE words AS SELECT list, unnest(words) AS word FROM (VALUES
    ('stage', ['Prospect', 'First Order', 'Active', 'Loyal', 'At Risk', 'Churned']),
    ('tier', ['Bronze', 'Silver', 'Gold', 'Platinum']),
    ('profile tier', ['bronze', 'silver', 'gold', 'platinum']),
    ('channel', ['Web Download', 'Online Store', 'Trade Show', 'Chat', 'Referral', 'Instagram', 'Partner', 'Fair 2024',
                 'Fair 2025']),
    ('country', ['Germany', 'Austria', 'Switzerland', 'France', 'United Kingdom', 'Netherlands']),
    ('deal stage', ['Qualification', 'Proposal/Price Quote', 'Negotiation/Review', 'Closed Won', 'Closed Lost'])
) AS lists(list, words);

-- Look-alikes of Cyrillic and characters without width: those that are known. Unicode has more, which SQL has no table of.
CREATE MACRO latin(x) AS translate(x, 'асеорхуіАСЕОРХВКМНТ', 'aceopxyiACEOPXBKMHT');
CREATE MACRO seen(x) AS regexp_replace(latin(x), '[\x{200b}\x{200c}\x{200d}\x{ad}\x{feff}]', '', 'g');
CREATE MACRO folded(x) AS lower(regexp_replace(seen(x), '[^\pL\pN]', '', 'g'));

-- Every spelling of every column with a list, how often it stands there, and the word that it means. Values first: there
-- are few of them, however many records.
CREATE TABLE spellings AS
WITH cells AS (
    SELECT 'zoho.contacts.Lifecycle Stage' AS subject, 'stage' AS list, stage AS value, count(*) AS records
    FROM contacts GROUP BY stage
    UNION ALL SELECT 'zoho.contacts.VIP Tier', 'tier', tier, count(*) FROM contacts GROUP BY tier
    UNION ALL SELECT 'zoho.contacts.Lead Source', 'channel', channel, count(*) FROM contacts GROUP BY channel
    UNION ALL SELECT 'zoho.leads.Lead Source', 'channel', channel, count(*) FROM leads GROUP BY channel
    UNION ALL SELECT 'zoho.contacts.Mailing Country', 'country', country, count(*) FROM contacts GROUP BY country
    UNION ALL SELECT 'zoho.deals.Stage', 'deal stage', stage, count(*) FROM deals GROUP BY stage
    UNION ALL SELECT 'customerio.people.lifecycle_stage', 'stage', lifecycle_stage, count(*) FROM people GROUP BY ALL
    UNION ALL SELECT 'customerio.people.vip_tier', 'profile tier', vip_tier, count(*) FROM people GROUP BY ALL
    UNION ALL SELECT 'customerio.people.acquisition_channel', 'channel', acquisition_channel, count(*) FROM people
    GROUP BY ALL
    UNION ALL SELECT 'customerio.people.country', 'country', country, count(*) FROM people GROUP BY ALL
    UNION ALL SELECT 'customerio.people.last_deal_stage', 'deal stage', last_deal_stage, count(*) FROM people
    GROUP BY ALL),
filled AS (SELECT *, folded(value) AS fold FROM cells WHERE NOT missing(value)),
near AS (
    SELECT subject, value, any_value(word) AS word FROM filled JOIN words USING (list)
    WHERE fold <> folded(word) AND least(length(fold), length(folded(word))) >= 4
        AND damerau_levenshtein(fold, folded(word))
            <= CASE WHEN least(length(fold), length(folded(word))) < 8 THEN 1 ELSE 2 END
    GROUP BY subject, value HAVING count(*) = 1)
SELECT subject, filled.list, value, records,
    coalesce(plain.word, CASE WHEN filled.list = 'stage' AND value IN ('at-risk', 'AtRisk') THEN 'At Risk'
        WHEN filled.list = 'channel' AND value = 'Website download' THEN 'Web Download' END, same.word, near.word) AS word,
    CASE WHEN plain.word IS NOT NULL THEN 'right'
        WHEN value IN ('at-risk', 'AtRisk', 'Website download') THEN 'alias'
        WHEN same.word IS NOT NULL AND value <> seen(value) THEN 'invisible'
        WHEN same.word IS NOT NULL THEN 'variant'
        WHEN near.word IS NOT NULL THEN 'typo' ELSE 'outside' END AS class
FROM filled
LEFT JOIN words plain ON plain.list = filled.list AND plain.word = value
LEFT JOIN words same ON same.list = filled.list AND folded(same.word) = fold
LEFT JOIN near USING (subject, value);

-- rules: ENM001 ENM002 ENM003 ENM008 ENM012
SELECT CASE class WHEN 'outside' THEN 'ENM001' WHEN 'variant' THEN 'ENM002' WHEN 'typo' THEN 'ENM003'
    WHEN 'invisible' THEN 'ENM008' ELSE 'ENM012' END, subject, sum(records)::BIGINT
FROM spellings WHERE class <> 'right' AND value <> 'Website download' GROUP BY ALL;

-- Allowed, and on no side in any spelling, though there are ten records for each allowed value.
-- rules: ENM005
WITH sized AS (SELECT list, count(*) AS allowed FROM words GROUP BY list),
filled AS (SELECT list, sum(records) AS records FROM spellings GROUP BY list)
SELECT 'ENM005', 'mapping:' || list, count(*) FROM words JOIN sized USING (list) JOIN filled USING (list)
WHERE records >= 10 * allowed AND list <> 'profile tier'
    AND lower(word) NOT IN (SELECT lower(s.word) FROM spellings s WHERE s.word IS NOT NULL)
GROUP BY list;

-- rules: ENM009
SELECT 'ENM009', 'zoho.contacts.Lifecycle Stage', count(*) FROM contacts WHERE in_scope AND missing(stage)
UNION ALL SELECT 'ENM009', 'customerio.people.lifecycle_stage', count(*) FROM people
WHERE missing(lifecycle_stage) AND rowid IN (SELECT profile FROM links);

-- An enum without a list: a dozen different values or more, half of them seen once, fewer than four records for each.
-- rules: ENM011
WITH counts AS (
    SELECT 'zoho.contacts.Favourite Tea' AS subject, tea AS value, count(*) AS records FROM contacts
    WHERE NOT missing(tea) GROUP BY tea
    UNION ALL SELECT 'customerio.people.favourite_tea', favourite_tea, count(*) FROM people
    WHERE NOT missing(favourite_tea) GROUP BY favourite_tea)
SELECT 'ENM011', subject, sum(records)::BIGINT FROM counts GROUP BY subject
HAVING count(*) >= 12 AND 2 * count(*) FILTER (records = 1) >= count(*) AND sum(records) < 4 * count(*);

-- Yes and no in other words, or another case, than the column's own.
-- rules: ENM013
WITH cells AS (
    SELECT unnest(['zoho.contacts.Promo Journey', 'zoho.contacts.Early Access', 'zoho.contacts.Wholesale']) AS subject,
        unnest([promo, access, wholesale]) AS value FROM contacts
    UNION ALL SELECT unnest(['customerio.people.promo_journey', 'customerio.people.early_access',
        'customerio.people.wholesale']), unnest([promo_journey, early_access, wholesale]) FROM people),
counts AS (SELECT subject, trim(value) AS value, count(*) AS records FROM cells WHERE NOT missing(value) GROUP BY ALL),
worded AS (
    SELECT *, CASE WHEN lower(value) IN ('true', 'false') THEN 'true' WHEN lower(value) IN ('yes', 'no') THEN 'yes'
        WHEN lower(value) IN ('y', 'n') THEN 'y' WHEN value IN ('1', '0') THEN '1'
        WHEN lower(value) IN ('t', 'f') THEN 't' WHEN lower(value) IN ('on', 'off') THEN 'on'
        WHEN lower(value) IN ('ja', 'nein') THEN 'ja' ELSE 'other' END
        || CASE WHEN value = lower(value) THEN ' lower' WHEN value = upper(value) THEN ' upper' ELSE ' mixed' END AS vocabulary
    FROM counts),
totals AS (SELECT subject, vocabulary, sum(records) AS records FROM worded GROUP BY ALL)
SELECT 'ENM013', subject, (sum(records) - max(records))::BIGINT FROM totals GROUP BY subject;

-- Both sides of each link, field by field as the mapping pairs them: whether they differ, by what both mean.
CREATE TABLE differences AS
WITH meaning AS (SELECT DISTINCT subject, value, lower(word) AS word FROM spellings WHERE word IS NOT NULL),
pairs AS (
    SELECT profile, contact, c.modified_at, try_cast(p.synced_at AS BIGINT) AS synced_at, digits(c.phone) AS zoho_phone, digits(p.phone) AS own_phone,
        c.country AS zoho_country, p.country, c.stage AS zoho_stage, p.lifecycle_stage, c.tier AS zoho_tier, p.vip_tier,
        c.channel AS zoho_channel, p.acquisition_channel, c.owner, p.sales_owner, c.created, p.customer_since,
        flag(c.promo) AS zoho_promo, flag(p.promo_journey) AS promo, missing(c.promo) AS no_zoho_promo,
        missing(p.promo_journey) AS no_promo, flag(c.access) AS zoho_access, flag(p.early_access) AS access,
        missing(c.access) AS no_zoho_access, missing(p.early_access) AS no_access, flag(c.wholesale) AS zoho_wholesale,
        flag(p.wholesale) AS wholesale, missing(c.wholesale) AS no_zoho_wholesale, missing(p.wholesale) AS no_wholesale,
        -- Whether a time is there; NULL where nobody can say.
        CASE WHEN c.ordered_form IS NULL OR is_fake(c.ordered_form, c.ordered_day, c.ordered_at) THEN false
            WHEN c.ordered_form NOT IN ('other', 'impossible') THEN true END AS zoho_ordered,
        CASE WHEN p.ordered_form IS NULL OR is_fake(p.ordered_form, p.ordered_day, p.ordered_at) THEN false
            WHEN p.ordered_form NOT IN ('other', 'impossible') THEN true END AS ordered,
        CASE WHEN c.renewal_form IS NULL OR is_fake(c.renewal_form, c.renewal_day, c.renewal_at) THEN false
            WHEN c.renewal_form NOT IN ('other', 'impossible') THEN true END AS zoho_renewal,
        CASE WHEN p.renewal_form IS NULL OR is_fake(p.renewal_form, p.renewal_day, p.renewal_at) THEN false
            WHEN p.renewal_form NOT IN ('other', 'impossible') THEN true END AS renewal,
        CASE WHEN c.birth_form IS NULL THEN false WHEN c.birth_day = DATE '1970-01-01' OR c.birth_form = 'zero' THEN NULL
            WHEN is_fake(c.birth_form, c.birth_day, c.birth_at) THEN false
            WHEN c.birth_form NOT IN ('other', 'impossible') THEN true END AS zoho_birth,
        CASE WHEN p.birth_form IS NULL THEN false WHEN p.birth_day = DATE '1970-01-01' OR p.birth_form = 'zero' THEN NULL
            WHEN is_fake(p.birth_form, p.birth_day, p.birth_at) THEN false
            WHEN p.birth_form NOT IN ('other', 'impossible') THEN true END AS birth
    FROM links JOIN people p ON p.rowid = profile JOIN contacts c ON c.rowid = contact WHERE NOT c.is_fresh),
shop AS (SELECT profile, list(digits(c.phone)) AS phones FROM customer_links JOIN customers c ON c.rowid = customer
         GROUP BY profile)
SELECT profile, modified_at, synced_at,
    coalesce(own_phone <> '' AND zoho_phone <> '' AND own_phone <> zoho_phone
        AND list_contains(shop.phones, own_phone), false) AS is_shops,
    coalesce(zoho_phone, '') <> coalesce(own_phone, '') AS phone,
    (country.word IS NOT NULL OR missing(pairs.country)) AND zoho_countries.word IS NOT NULL
        AND zoho_countries.word IS DISTINCT FROM country.word
        OR missing(zoho_country) AND country.word IS NOT NULL AS country,
    (stage.word IS NOT NULL OR missing(lifecycle_stage)) AND zoho_stages.word IS NOT NULL
        AND zoho_stages.word IS DISTINCT FROM stage.word
        OR missing(zoho_stage) AND stage.word IS NOT NULL AS stage,
    (tier.word IS NOT NULL OR missing(vip_tier)) AND zoho_tiers.word IS NOT NULL
        AND zoho_tiers.word IS DISTINCT FROM tier.word
        OR missing(zoho_tier) AND tier.word IS NOT NULL AS tier,
    (channel.word IS NOT NULL OR missing(acquisition_channel)) AND zoho_channels.word IS NOT NULL
        AND zoho_channels.word IS DISTINCT FROM channel.word AS channel,
    missing(owner) <> missing(sales_owner)
        OR lower(regexp_replace(coalesce(owner, ''), '[^\pL\pN]', '', 'g'))
        <> lower(regexp_replace(coalesce(sales_owner, ''), '[^\pL\pN]', '', 'g')) AS owner,
    coalesce(created, '') <> coalesce(customer_since, '') AS since,
    coalesce(zoho_promo <> promo, no_zoho_promo AND promo IS NOT NULL OR no_promo AND zoho_promo IS NOT NULL) AS promo,
    coalesce(zoho_access <> access, no_zoho_access AND access IS NOT NULL OR no_access AND zoho_access IS NOT NULL)
        AS access,
    coalesce(zoho_wholesale <> wholesale,
        no_zoho_wholesale AND wholesale IS NOT NULL OR no_wholesale AND zoho_wholesale IS NOT NULL) AS wholesale,
    coalesce(zoho_ordered <> ordered, false) AS ordered, coalesce(zoho_renewal <> renewal, false) AS renewal,
    coalesce(zoho_birth <> birth, false) AS birth
FROM pairs LEFT JOIN shop USING (profile)
LEFT JOIN meaning zoho_countries
    ON zoho_countries.subject = 'zoho.contacts.Mailing Country' AND zoho_countries.value = zoho_country
LEFT JOIN meaning country ON country.subject = 'customerio.people.country' AND country.value = pairs.country
LEFT JOIN meaning zoho_stages
    ON zoho_stages.subject = 'zoho.contacts.Lifecycle Stage' AND zoho_stages.value = zoho_stage
LEFT JOIN meaning stage ON stage.subject = 'customerio.people.lifecycle_stage' AND stage.value = lifecycle_stage
LEFT JOIN meaning zoho_tiers ON zoho_tiers.subject = 'zoho.contacts.VIP Tier' AND zoho_tiers.value = zoho_tier
LEFT JOIN meaning tier ON tier.subject = 'customerio.people.vip_tier' AND tier.value = vip_tier
LEFT JOIN meaning zoho_channels
    ON zoho_channels.subject = 'zoho.contacts.Lead Source' AND zoho_channels.value = zoho_channel
LEFT JOIN meaning channel
    ON channel.subject = 'customerio.people.acquisition_channel' AND channel.value = acquisition_channel;

-- rules: ENM007 OWN004
WITH counts AS (
    SELECT count(*) FILTER (is_shops) AS shops, count(*) FILTER (phone AND NOT is_shops) AS phone,
        count(*) FILTER (country) AS country, count(*) FILTER (stage) AS stage, count(*) FILTER (tier) AS tier,
        count(*) FILTER (channel) AS channel, count(*) FILTER (owner) AS owner, count(*) FILTER (since) AS since,
        count(*) FILTER (promo) AS promo, count(*) FILTER (access) AS access, count(*) FILTER (wholesale) AS wholesale,
        count(*) FILTER (ordered) AS ordered, count(*) FILTER (renewal) AS renewal, count(*) FILTER (birth) AS birth
    FROM differences),
spent AS (
    SELECT count(*) AS spent FROM customer_links JOIN customers c ON c.rowid = customer JOIN people p ON p.rowid = profile
    WHERE coalesce(abs(try_cast(replace(c.spent, ',', '') AS DOUBLE) - try_cast(replace(total_spent, ',', '') AS DOUBLE))
        > 1e-6, missing(c.spent) AND try_cast(replace(total_spent, ',', '') AS DOUBLE) IS NOT NULL
        OR missing(total_spent) AND try_cast(replace(c.spent, ',', '') AS DOUBLE) IS NOT NULL))
SELECT 'ENM007', 'customerio.people.' || name, records FROM (UNPIVOT (SELECT * EXCLUDE (shops) FROM counts, spent)
    ON COLUMNS(*) INTO NAME name VALUE records)
UNION ALL SELECT 'OWN004', 'customerio.people.phone', shops FROM counts;

-- Changed at Zoho since the profile was last written, longer ago than the sync may take, and still another value there.
-- rules: FRS004
SELECT 'FRS004', 'customerio.people.synced_at', count(*) FROM differences
WHERE modified_at > synced_at AND modified_at < epoch(TIMESTAMP '2026-05-21 02:10:00')
    AND (phone OR country OR stage OR tier OR channel OR owner OR promo OR access OR wholesale OR ordered OR renewal);

-- rules: MAP005 MAP019 OWN005 OWN006 OWN007
SELECT unnest(['MAP005', 'MAP019', 'OWN005', 'OWN006', 'OWN007']), 'customerio.people', unnest([
    count(*) FILTER (NOT missing(total_spent) AND try_cast(replace(total_spent, ',', '') AS DOUBLE) IS NULL),
    -- One column, however many profiles hold it.
    least(count(*) FILTER (NOT missing("Unsubscribed_1")), 1),
    count(*) FILTER (lower(source_of_truth) = 'customerio'),
    count(*) FILTER (missing(source_of_truth) AND NOT (missing(email) AND missing(phone) AND missing(unsubscribed)
        AND missing(last_order_at) AND missing(lifecycle_stage) AND missing(vip_tier))),
    count(*) FILTER (NOT missing(source_of_truth)
        AND lower(trim(source_of_truth)) NOT IN ('zoho', 'shopify', 'customerio'))])
FROM people;

-- Every attribute, as any may be too long.
-- rules: MAP020
WITH sizes AS (
    SELECT count_if(strlen(COLUMNS(* EXCLUDE (spelt, ordered, renewal, birth, address, ordered_form, renewal_form,
        birth_form, key, own_key, mailbox, is_out, ordered_day, ordered_at, renewal_day, renewal_at, birth_day,
        birth_at))) > 1000) AS '\0' FROM people)
SELECT 'MAP020', 'customerio.people.' || name, records FROM (UNPIVOT sizes ON COLUMNS(*) INTO NAME name VALUE records);

-- Tags that nobody approved, and other spellings of those that somebody did. A record counts once.
-- rules: TAG001 TAG002
WITH cells AS (
    SELECT 'zoho.contacts.Tag' AS subject, rowid AS record, string_split(tag, ',') AS tags FROM contacts
    WHERE NOT missing(tag)
    UNION ALL SELECT 'customerio.people.tags', rowid, CASE WHEN json_valid(tags) AND tags LIKE '[%'
        THEN from_json(tags, '["VARCHAR"]') ELSE string_split(tags, ',') END
    FROM people WHERE NOT missing(tags)),
tags AS (SELECT subject, record, trim(unnest(tags)) AS tag FROM cells),
counts AS (SELECT subject, tag, count(DISTINCT record) AS records FROM tags WHERE tag <> '' GROUP BY ALL)
SELECT CASE WHEN folded(tag) IN ('customer', 'newsletter', 'wholesaleprospect') THEN 'TAG002' ELSE 'TAG001' END, subject,
    sum(records)::BIGINT
FROM counts WHERE tag NOT IN ('customer', 'newsletter', 'Wholesale Prospect') GROUP BY ALL;

-- rules: TAG005
SELECT 'TAG005', 'zoho.contacts.Tag: Wholesale Prospect', count(*)
FROM links JOIN people p ON p.rowid = profile JOIN contacts c ON c.rowid = contact
WHERE list_contains(list_transform(string_split(c.tag, ','), lambda t: trim(t)), 'Wholesale Prospect')
    AND NOT contains(coalesce(p.tags, ''), 'Wholesale Prospect') AND NOT c.is_fresh;

//! Values fold to what they are, and to no more.

use super::{AddressClass, address, address_class, alike, fold, identifier, is_missing, mailbox, masks};

#[test]
fn addresses_fold_case_and_blanks_only() {
    assert_eq!(address("  Ana.Weber@Example.com "), Some("ana.weber@example.com".into()));
    assert_eq!(address("n/a"), None);
    assert_eq!(address("test@test.com"), None);
    assert_eq!(address("none.smith@example.org"), Some("none.smith@example.org".into()));
    assert_eq!(address_class("o'hara@example.org"), AddressClass::Usable);
    assert_eq!(address_class("two words@example.org"), AddressClass::Malformed);
    assert_eq!(address_class("no@dot"), AddressClass::Malformed);
}

#[test]
fn mailboxes_follow_the_provider() {
    assert_eq!(mailbox("zz.crmlint.sample+tea@gmail.com").as_deref(), Some("zzcrmlintsample@gmail.com"));
    assert_eq!(mailbox("zzcrmlintsample@googlemail.com").as_deref(), Some("zzcrmlintsample@gmail.com"));
    assert_eq!(mailbox("a.b+tea@example.com").as_deref(), Some("a.b+tea@example.com"));
    assert_eq!(mailbox("+tea@gmail.com").as_deref(), Some("+tea@gmail.com"), "never an empty local part");
}

#[test]
fn identifiers_lose_prefix_and_case() {
    assert_eq!(identifier(" zcrm_5725767000004101001 ").as_deref(), Some("5725767000004101001"));
    assert_eq!(identifier("ZCRM_57").as_deref(), Some("57"));
    assert_eq!(identifier("Zcrm_57A").as_deref(), Some("57a"));
    assert_eq!(identifier("zcrm_000"), None);
    assert_eq!(identifier("N/A"), None);
    assert_eq!(identifier("~?"), None);
    assert_eq!(identifier("пс-7").as_deref(), Some("пс-7"));
    assert_eq!(identifier("5.72577E+18"), None);
    assert_eq!(identifier("5725767000004101001.0"), None);
    assert_eq!(identifier("'7011200000007").as_deref(), Some("7011200000007"), "guarded, as Shopify exports it");
    assert_eq!(identifier("'s-gravenhage").as_deref(), Some("'s-gravenhage"));
    assert_eq!(identifier("5e18a").as_deref(), Some("5e18a"));
}

#[test]
fn folding_keeps_what_carries_meaning() {
    assert_eq!(fold(" At-Risk "), fold("at risk"));
    assert_ne!(fold("Tier 1"), fold("Tier 2"));
    assert_eq!(fold("Gold\u{200b}"), "gold");
    assert!(alike("\u{410}ctive", "active"));
    assert!(alike("Plati\u{200d}num", "Platinum"));
    assert!(alike("Pr\u{43e}spect m", "prospect m"));
    assert!(
        alike("\u{412}R\u{41e}NZE", "bronze") && alike("\u{406}nactive", "inactive"),
        "capitals look like capitals"
    );
    assert!(!alike("modem", "modern") && !alike("m\u{43e}dern", "modem"));
    assert!(masks("G\u{43e}ld", "Gold") && masks("Go\u{200b}ld", "gold"));
    assert!(!masks("GOLD\u{a0}", "Gold") && !masks("\u{ff27}old", "Gold"));
    assert!(!alike("A+", "A-") && !alike("Pro+", "Pro") && !alike("18", "<18"));
    assert!(alike("\u{ff1c}18", "<18"));
    assert_ne!(fold("C"), fold("C++").as_str().trim_end_matches('c'));
    assert!(is_missing(" N/A ", &[]));
    assert!(is_missing("tbd", &["TBD".to_owned()]));
    assert!(!is_missing("Gold", &[]));
}

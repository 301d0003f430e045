//! Input stage: Shopify's spreadsheet guard. In: a cell of a Shopify export. Out: the cell without the apostrophe that
//! keeps spreadsheets from turning ids and telephone numbers into floats.

/// Whether the values of this column are guarded whatever they are.
pub(super) fn is_guarded(label: &str) -> bool {
    label
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word.to_lowercase().as_str(), "zip" | "phone" | "id"))
}

/// The value behind the guard.
#[inline]
pub(super) fn unguard(cell: &str, guarded: bool) -> &str {
    let Some(rest) = cell.strip_prefix('\'') else { return cell };
    let digits = rest.strip_prefix('+').unwrap_or(rest);
    if guarded || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())) { rest } else { cell }
}

#[cfg(test)]
mod tests {
    use super::{is_guarded, unguard};

    #[test]
    fn only_guards_are_stripped() {
        assert_eq!(unguard("'7011234567801", false), "7011234567801");
        assert_eq!(unguard("'+493023125101", false), "+493023125101");
        assert_eq!(unguard("'LS1 1AA", is_guarded("Default Address Zip")), "LS1 1AA");
        assert_eq!(unguard("'s-Gravenhage", is_guarded("Default Address City")), "'s-Gravenhage");
        assert_eq!(unguard("'", false), "'");
        assert!(is_guarded("Customer ID"));
        assert!(!is_guarded("Paid"));
    }
}

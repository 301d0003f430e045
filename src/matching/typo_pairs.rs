//! Whether two addresses are one slip of the keyboard apart, in the name before the @ or in the domain.

/// Letters of a local part from which one edit is a slip rather than another name.
const LETTERS: usize = 4;
/// Letters of a domain from which one edit is a slip.
const DOMAIN: usize = 5;

/// Whether two mailboxes are so many slips apart, in the name before the @; or one, in the domain.
pub fn is_slip(one: &str, other: &str, edits: u8) -> bool {
    let (Some((name, domain)), Some((other_name, other_domain))) = (one.rsplit_once('@'), other.rsplit_once('@'))
    else {
        return false;
    };
    // What follows a plus is chosen, not mistyped.
    let plain = |name: &'_ str| name.split('+').next().unwrap_or_default().to_owned();
    if name != other_name && plain(name) == plain(other_name) {
        return false;
    }
    if name == other_name {
        return domain != other_domain && near(domain, other_domain, DOMAIN, 1);
    }
    domain == other_domain && near(name, other_name, LETTERS, edits)
}

/// So many edits apart, with the same digits: numbers and years are part of who one is.
fn near(one: &str, other: &str, letters: usize, edits: u8) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let count = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    one.len().abs_diff(other.len()) <= 4
        && count(one) >= letters
        && count(other) >= letters
        && digits(one) == digits(other)
        && (1..=usize::from(edits)).contains(&strsim::osa_distance(one, other))
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn slips_are_told_from_other_people() {
        let table = [
            ("ana.weber@example.com", "ana.wber@example.com", true),
            ("ana.weber@example.com", "ana.wbeer@example.com", true),
            ("ana.weber@example.com", "ana.weber@exmple.com", true),
            ("ana.weber@example.com", "anna.webber@example.com", false),
            ("john1@example.com", "john2@example.com", false),
            ("ana.weber1980@example.com", "ana.weber1981@example.com", false),
            ("jo@example.com", "jon@example.com", false),
            ("greta.q+b2b@example.com", "greta.q+b2c@example.com", false),
            ("ana.weber@example.com", "ana.weber@example.com", false),
            ("ana.weber@example.com", "ana.wber@example.org", false),
        ];
        for (one, other, wanted) in table {
            assert_eq!(is_slip(one, other, 1), wanted, "{one} {other}");
        }
    }
}

//! How much memory the columns of a run may take: what somebody allows, else most of what the machine has left.
//!
//! Columns that do not fit are laid aside on disk and come back a few at a time; the report is the same.

use std::fs::read_to_string;

/// Of what the machine has left, a run takes three quarters: other programs go on meanwhile.
const SHARE: (u64, u64) = (3, 4);
/// Bytes that a run takes for ten bytes of exports when every column is held (docs/performance.md has the figures).
const FOR_TEN: u64 = 13;
/// Of what a run may take, columns get a third: the index of who is who, links and counts take the rest.
const COLUMNS: u64 = 3;
/// Below this, nothing can be audited at all.
const LEAST: u64 = 64_000_000;

/// A size as people write it: `4GB`, `512 MB`, `1.5GiB`.
pub fn parse(text: &str) -> Result<u64, String> {
    let help = "write a size such as 4GB, 512MB or 1.5GiB";
    let text = text.trim().to_ascii_lowercase();
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().map_err(|_| help.to_owned())?;
    let size: f64 = match unit.trim() {
        "b" => 1.0,
        "kb" => 1e3,
        "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "tb" | "t" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(help.to_owned()),
    };
    let bytes = number * size;
    // Beyond that, a double does not count in bytes.
    if !(bytes.is_finite() && (0.0..9e15).contains(&bytes)) {
        return Err(help.to_owned());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let bytes = bytes as u64;
    if bytes < LEAST { Err(format!("{text} is too little to work with; allow 64MB or more")) } else { Ok(bytes) }
}

/// Bytes of columns that may be held at once; nothing where all of them may. `exports` is how large the exports are when
/// they are unpacked.
pub fn for_columns(allowed: Option<u64>, exports: u64) -> Option<usize> {
    let allowed = allowed.or_else(|| Some(left()?.saturating_mul(SHARE.0) / SHARE.1))?;
    let whole = exports.saturating_mul(FOR_TEN) / 10;
    (whole > allowed).then(|| usize::try_from(allowed / COLUMNS).unwrap_or(usize::MAX))
}

/// What this process may still take, as far as Linux and its containers tell.
fn left() -> Option<u64> {
    let meminfo = read_to_string("/proc/meminfo").ok()?;
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let machine = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.saturating_mul(1024);
    let number = |file: &str| read_to_string(file).ok()?.trim().parse::<u64>().ok();
    let container = number("/sys/fs/cgroup/memory.max").zip(number("/sys/fs/cgroup/memory.current"));
    let container = container.map(|(most, now)| most.saturating_sub(now));
    Some(container.map_or(machine, |container| machine.min(container)))
}

#[cfg(test)]
mod tests {
    use super::{for_columns, parse};

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("4GB", 4_000_000_000),
            ("4 gb", 4_000_000_000),
            ("512M", 512_000_000),
            ("1.5GiB", 1_610_612_736),
            ("64mb", 64_000_000),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        assert!(parse("63MB").is_err_and(|why| why.contains("too little")));
        for text in ["", "4", "GB", "-1GB", "nanGB", "infGB", "1e99GB", "4 parsecs", "10MB"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn columns_are_laid_aside_only_where_they_do_not_fit() {
        assert_eq!(for_columns(Some(2_600), 2_000), None);
        assert_eq!(for_columns(Some(2_400), 2_000), Some(800));
    }
}

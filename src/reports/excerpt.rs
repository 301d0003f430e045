//! The line of a document that a finding points at, with a mark beneath the word.

use unicode_width::UnicodeWidthChar;

/// Columns of the line that are shown before the mark when not all of it fits.
const BEFORE: usize = 16;

/// Two lines: the document's own, cut to what fits around its mark, and the mark. `column` counts characters from 1.
pub(super) fn excerpt(line: &str, number: usize, column: usize, width: usize) -> [String; 2] {
    let gutter = format!("{number:>6} │ ");
    let room = width.saturating_sub(gutter.chars().count() + 2).max(20);
    let chars: Vec<char> = line.trim_end().chars().collect();
    let at = column.saturating_sub(1).min(chars.len());
    let from = if chars.len() <= room { 0 } else { at.saturating_sub(BEFORE).min(chars.len() - room) };
    let to = (from + room).min(chars.len());
    let cut = |cut: bool| if cut { "…" } else { "" };
    let shown: String = chars[from..to].iter().collect();
    let word = chars[at..to].iter().take_while(|c| !" :,]}".contains(**c)).count().max(1);
    let wide = |chars: &[char]| chars.iter().map(|c| c.width().unwrap_or(0)).sum::<usize>();
    let blank = " ".repeat(wide(&chars[from..at]) + usize::from(from > 0));
    let mark = "^".repeat(wide(&chars[at..(at + word).min(chars.len())]).max(1));
    let lead = " ".repeat(gutter.chars().count() - 2);
    [format!("{gutter}{}{shown}{}", cut(from > 0), cut(to < chars.len())), format!("{lead}│ {blank}{mark}")]
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn the_mark_stands_beneath_the_word() {
        let [line, mark] = excerpt("    values: [A, B]  ", 55, 13, 80);
        assert_eq!(line, "    55 │     values: [A, B]");
        assert_eq!(mark, "       │             ^^");
        // Beyond the end of a line, in wide letters, and where not all of it fits.
        assert_eq!(excerpt("a: 1", 1, 40, 80)[1], "       │     ^");
        assert_eq!(excerpt("日本: x", 1, 5, 80)[1], "       │       ^");
        let long = format!("{}x: bad, {}", "y".repeat(100), "z".repeat(100));
        let [line, mark] = excerpt(&long, 7, 104, 60);
        let under: String =
            line.chars().skip(mark.find('^').map_or(0, |at| mark[..at].chars().count())).take(3).collect();
        assert_eq!(under, "bad");
        assert!(line.chars().count() <= 60 && line.ends_with('…'));
    }
}

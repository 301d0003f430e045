//! Writes a condition as the text that would be read as the same condition; a text with control characters is written as
//! people spell it.

use std::fmt;

use super::{Expr, FUNCTIONS, Op, Operand};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        match self {
            Expr::All(terms) | Expr::Any(terms) => {
                let joint = if matches!(self, Expr::All(_)) { " AND " } else { " OR " };
                for (index, term) in terms.iter().enumerate() {
                    f.write_str(if index > 0 { joint } else { "" })?;
                    match term {
                        Expr::All(_) | Expr::Any(_) => write!(f, "({term})")?,
                        _ => write!(f, "{term}")?,
                    }
                }
                Ok(())
            }
            Expr::Not(inner) => match inner.as_ref() {
                Expr::Missing(left) => write!(f, "{left} IS NOT NULL"),
                _ => write!(f, "NOT ({inner})"),
            },
            Expr::Compare { left, op, right } => write!(f, "{left} {op} {right}"),
            Expr::OneOf { left, values, negated } => {
                write!(f, "{left} {}IN ({})", not(negated), Listed(values))
            }
            Expr::Between { left, low, high, negated } => {
                write!(f, "{left} {}BETWEEN {low} AND {high}", not(negated))
            }
            Expr::Like { left, pattern, any_case, negated } => {
                let like = if *any_case { "ILIKE" } else { "LIKE" };
                write!(f, "{left} {}{like} {}", not(negated), Quoted(pattern))
            }
            Expr::Missing(left) => write!(f, "{left} IS NULL"),
            Expr::True(left) => write!(f, "{left} = true"),
            Expr::Const(value) => write!(f, "{value}"),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Op::Equal => "=",
            Op::NotEqual => "<>",
            Op::Less => "<",
            Op::LessOrEqual => "<=",
            Op::Greater => ">",
            Op::GreaterOrEqual => ">=",
        })
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Column { name, .. } => {
                for (index, part) in name.split('.').enumerate() {
                    f.write_str(if index > 0 { "." } else { "" })?;
                    let plain = part.chars().all(|c| c == '_' || c.is_alphanumeric());
                    match plain && part.starts_with(|c: char| !c.is_numeric()) {
                        true => f.write_str(part)?,
                        false => write!(f, "\"{}\"", part.replace('"', "\"\""))?,
                    }
                }
                Ok(())
            }
            Operand::Text(text) => write!(f, "{}", Quoted(text)),
            Operand::Number(number) => write!(f, "{number}"),
            Operand::Boolean(value) => write!(f, "{value}"),
            Operand::Now { day, offset_seconds } => {
                f.write_str(if *day { "today()" } else { "now()" })?;
                if *offset_seconds == 0 {
                    return Ok(());
                }
                let sign = if *offset_seconds < 0 { '-' } else { '+' };
                let seconds = offset_seconds.unsigned_abs();
                let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
                let fits = units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length));
                let (length, unit) = fits.unwrap_or((1, "seconds"));
                write!(f, " {sign} interval '{} {unit}'", seconds / length)
            }
            Operand::Instant(seconds) => match jiff::Timestamp::from_second(*seconds) {
                Ok(at) => write!(f, "timestamp '{at}'"),
                Err(_) => write!(f, "timestamp '{seconds}'"),
            },
            Operand::Call { function, args } => {
                let name = FUNCTIONS.iter().find(|(_, known)| known == function).map_or("", |(name, _)| name);
                write!(f, "{name}({})", Listed(args))
            }
        }
    }
}

struct Listed<'a>(&'a [Operand]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.0.iter().enumerate() {
            write!(f, "{}{operand}", if index > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// A text literal on one line.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.contains(char::is_control) {
            true => write!(f, "E'{}'", self.0.escape_debug()),
            false => write!(f, "'{}'", self.0.replace('\'', "''")),
        }
    }
}

//! The token check: what cannot stand in a condition is refused before the parser sees it.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::fault::{NOWHERE, fault, nearest, short, subquery};
use super::source::{Place, Source};
use super::{FUNCTIONS, Fault, MAX_TERMS};

/// Words after which a new operand, list or test begins.
pub(super) const CONNECTING: [&str; 8] = ["AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "BETWEEN", "IS"];
/// Words that make a value of the literal behind them.
const TYPED: [&str; 3] = ["INTERVAL", "DATE", "TIMESTAMP"];

/// An unquoted word, in capitals.
fn word(token: Option<&Token>) -> Option<String> {
    match token {
        Some(Token::Word(word)) if word.quote_style.is_none() => Some(word.value.to_uppercase()),
        _ => None,
    }
}

/// Looks at the tokens before the parser does: what cannot stand in a condition is refused at its own place, and
/// what could grow into a deep tree is counted.
pub(super) fn screen(source: &Source<'_>, tokens: &[TokenWithSpan]) -> Result<(), Fault> {
    let seen: Vec<_> = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    if seen.is_empty() {
        return Err(fault(Place { start: 0, end: 0 }, "the condition is empty"));
    }
    let (mut tests, mut joins, mut sums) = (0, 0, 0);
    for (index, token) in seen.iter().enumerate() {
        let back = |steps: usize| index.checked_sub(steps).map(|at| &seen[at].token);
        let refused = |error: Fault| error.at(source.place(token.span));
        permitted(&token.token).map_err(refused)?;
        let name = word(Some(&token.token));
        match (&token.token, name.as_deref()) {
            (Token::LParen, _) => callable(back(1)).map_err(|error| error.at(source.place(seen[index - 1].span)))?,
            (Token::Plus | Token::Minus, _) if ends_operand(back(1)) => sums += 1,
            (Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq, _) => tests += 1,
            (_, Some("AND" | "OR")) => joins += 1,
            (_, Some("BETWEEN")) => (tests, joins) = (tests + 1, joins - 1),
            (_, Some("IS" | "IN" | "LIKE" | "ILIKE")) => tests += 1,
            (_, Some("SELECT")) if back(1) != Some(&Token::Period) => {
                return Err(refused(subquery()));
            }
            (_, Some("CASE")) if back(1) != Some(&Token::Period) => {
                let error = fault(NOWHERE, "CASE is not supported").help("write the cases with AND and OR");
                return Err(refused(error));
            }
            _ => {}
        }
        let unit = matches!(back(1), Some(Token::Number(..) | Token::SingleQuotedString(_)))
            && word(back(2)).as_deref() == Some("INTERVAL");
        if ends_operand(back(1)) && starts_operand(&token.token) && !(unit && name.is_some()) {
            return Err(refused(misplaced(&token.token)));
        }
        if tests > MAX_TERMS || joins >= MAX_TERMS as i64 || sums > 2 * MAX_TERMS {
            return Err(refused(fault(NOWHERE, "the condition has more than 1,000 terms")));
        }
    }
    Ok(())
}

fn ends_operand(token: Option<&Token>) -> bool {
    match token {
        Some(Token::RParen | Token::Number(..) | Token::SingleQuotedString(_)) => true,
        Some(Token::Word(_)) => {
            word(token).is_none_or(|word| !CONNECTING.contains(&word.as_str()) && !TYPED.contains(&word.as_str()))
        }
        _ => false,
    }
}

fn starts_operand(token: &Token) -> bool {
    match token {
        Token::Number(..) | Token::SingleQuotedString(_) => true,
        Token::Word(_) => word(Some(token)).is_none_or(|word| !CONNECTING.contains(&word.as_str())),
        _ => false,
    }
}

/// The tokens that a condition is made of; the message for all others.
fn permitted(token: &Token) -> Result<(), Fault> {
    let help = match token {
        Token::EOF | Token::Word(_) | Token::Number(_, false) | Token::SingleQuotedString(_) => {
            return Ok(());
        }
        Token::Comma | Token::Period | Token::LParen | Token::RParen | Token::Plus | Token::Minus => return Ok(()),
        Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => return Ok(()),
        Token::SemiColon => "write one condition, without `;`",
        Token::DoubleEq => "write =",
        Token::Overlap => "write AND",
        Token::DoubleColon => "the declared type of a column decides how it is compared",
        Token::Mul | Token::Div | Token::Mod | Token::StringConcat => {
            "only now() and today() can be calculated with, plus or minus an interval"
        }
        Token::Char('‘' | '’' | '“' | '”' | '„' | '´') => "use straight quotes: 'text', \"a name\"",
        _ => "allowed are names, values, comparisons, IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT and parentheses",
    };
    Err(fault(NOWHERE, format!("`{}` cannot be used in a condition", short(token))).help(help))
}

/// Whether a parenthesis may follow this token.
fn callable(before: Option<&Token>) -> Result<(), Fault> {
    match word(before) {
        Some(name) if !CONNECTING.contains(&name.as_str()) => known_function(&name),
        _ => Ok(()),
    }
}

/// Whether a function of this name may be called.
pub(super) fn known_function(name: &str) -> Result<(), Fault> {
    let lower = name.to_lowercase();
    let names = || FUNCTIONS.iter().map(|(name, _)| *name).chain(["now", "today"]);
    if names().any(|known| known == lower) {
        return Ok(());
    }
    Err(match lower.as_str() {
        "count" | "sum" | "avg" | "min" | "max" | "median" | "stddev" | "array_agg" | "row_number" | "rank" => {
            fault(NOWHERE, format!("{}() looks at many people: a segment looks at one person at a time", short(&name)))
        }
        "exists" | "any" | "all" | "some" | "unnest" => subquery(),
        "cast" | "try_cast" | "convert" | "safe_cast" => {
            fault(NOWHERE, format!("{} is not supported", short(&name))).help("the declared type of a column decides")
        }
        _ => fault(NOWHERE, format!("there is no function {}()", short(&name))).help(match nearest(&lower, names()) {
            Some(near) => format!("did you mean {near}()?"),
            None => format!("the functions are {}", names().collect::<Vec<_>>().join(", ")),
        }),
    })
}

/// An operand right behind another one.
fn misplaced(token: &Token) -> Fault {
    let name = word(Some(token)).unwrap_or_default();
    match name.as_str() {
        "AS" => fault(NOWHERE, "a condition has no alias (AS)"),
        "OVER" | "FILTER" | "WITHIN" => {
            fault(NOWHERE, format!("{name} looks at many people: a segment looks at one person at a time"))
        }
        "ESCAPE" => fault(NOWHERE, "ESCAPE is not supported: in LIKE, % and _ are always wildcards"),
        "RLIKE" | "REGEXP" | "SIMILAR" | "GLOB" => {
            fault(NOWHERE, format!("{name} is not supported")).help("use LIKE or ILIKE")
        }
        _ => {
            let error = fault(NOWHERE, format!("expected AND, OR or a comparison before `{}`", short(token)));
            match CONNECTING.into_iter().find(|known| strsim::damerau_levenshtein(known, &name) == 1) {
                Some(near) => error.help(format!("did you mean {near}?")),
                None => error,
            }
        }
    }
}

use super::{Cells, Likeness, Names, fold, split};

fn alike(one: &str, other: &str) -> Likeness {
    let texts = [one, other];
    let (names, rows) = Names::read(2, |row| Cells { first: texts[row as usize], last: "x y", ..Cells::default() });
    names.likeness(rows[0].0, rows[1].0)
}

#[test]
fn names_fold_without_case_and_diacritics() {
    assert_eq!(fold(" José  María "), "jose maria");
    assert_eq!(fold("O'Hara-Łukasz"), "ohara lukasz");
    assert_eq!(fold("GROSS"), fold("Groß"));
    assert_eq!(fold("İpek"), "ipek");
}

#[test]
fn first_names_are_alike_in_named_ways() {
    let table = [
        ("Anna", "ANNA", Likeness::Same),
        ("José", "Jose", Likeness::Same),
        ("Jürgen", "Juergen", Likeness::Variant),
        ("Robert", "Bob", Likeness::Variant),
        ("Anna Maria", "Annamaria", Likeness::Variant),
        ("Anna", "Anna Maria", Likeness::Part),
        ("A.", "Anna", Likeness::Initial),
        ("Katrin", "Katrim", Likeness::Slip),
        ("Christina", "Cristna", Likeness::Alike),
        ("Brigitte", "Gitti", Likeness::Alike),
        ("Anna", "Hans", Likeness::Other),
        ("Jan", "Ian", Likeness::Other),
        ("Guest 10", "Guest 11", Likeness::Other),
        ("Kasse1", "Kasse", Likeness::Other),
        ("Andrea", "Andreas", Likeness::Known),
        ("Anna Maria", "Maria Elena", Likeness::Known),
        ("Anna Maria", "Anna Mraia", Likeness::Slip),
        ("Martin", "Martina", Likeness::Known),
        ("Mario", "Maria", Likeness::Known),
    ];
    for (one, other, wanted) in table {
        assert_eq!(alike(one, other), wanted, "{one} {other}");
        assert_eq!(alike(other, one), wanted, "{other} {one}");
    }
}

#[test]
fn whole_names_are_split() {
    let table = [
        ("Anna Weber", "anna", "weber", false),
        ("Weber, Anna", "anna", "weber", false),
        ("Dr. Anna Maria van der Berg", "anna maria", "van der berg", false),
        ("John Smith Jr.", "john", "smith", true),
        ("Smith, John Jr.", "john", "smith", true),
        ("Weber", "", "weber", false),
    ];
    for (text, first, last, generation) in table {
        let found = split(text);
        assert_eq!((found.first.as_str(), found.last.as_str()), (first, last), "{text}");
        assert_eq!(found.generation > 0, generation, "{text}");
    }
}

#[test]
fn whole_names_keep_their_umlauts() {
    let texts = ["Jürgen Müller", "Juergen Mueller"];
    let (names, rows) = Names::read(2, |row| Cells { full: texts[row as usize], ..Cells::default() });
    assert_eq!(names.likeness(rows[0].0, rows[1].0), Likeness::Variant);
    assert_eq!(names.likeness(rows[0].1, rows[1].1), Likeness::Variant);
}

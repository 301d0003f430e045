//! Rows of a slice one after the other, and what is counted of them by their shapes: the innermost loops of the engine.

use std::ops::Range;

/// Rows in order: all of a frame, or some.
pub(crate) enum Rows<'a> {
    /// All.
    All(Range<u32>),
    /// Some.
    Some(std::slice::Iter<'a, u32>),
}

impl Iterator for Rows<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        match self {
            Self::All(rows) => rows.next(),
            Self::Some(rows) => rows.next().copied(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::All(rows) => rows.size_hint(),
            Self::Some(rows) => rows.size_hint(),
        }
    }
}

impl ExactSizeIterator for Rows<'_> {}

/// A set of small numbers, such as people.
pub(crate) struct Marks(Vec<bool>);

impl Marks {
    pub(crate) fn new(numbers: impl Iterator<Item = u32>) -> Self {
        let mut marks = Vec::new();
        for number in numbers.map(|number| number as usize) {
            if number >= marks.len() {
                marks.resize((number + 1).max(marks.len() * 2), false);
            }
            marks[number] = true;
        }
        Self(marks)
    }

    #[inline]
    pub(crate) fn has(&self, number: u32) -> bool {
        self.0.get(number as usize).is_some_and(|mark| *mark)
    }
}

/// Something for each of a few names. Names are compared by where they stand first: nearly all are literals of one place.
pub(crate) struct ByShape<T> {
    all: Vec<(&'static str, T)>,
    last: usize,
}

impl<T> Default for ByShape<T> {
    fn default() -> Self {
        Self { all: Vec::new(), last: 0 }
    }
}

fn is_same(one: &'static str, other: &'static str) -> bool {
    std::ptr::eq(one, other) || one == other
}

impl<T> ByShape<T> {
    /// What is there for a name, made when it is new.
    #[inline]
    pub(crate) fn of(&mut self, name: &'static str, make: impl FnOnce() -> T) -> &mut T {
        if !self.all.get(self.last).is_some_and(|(last, _)| std::ptr::eq(*last, name)) {
            self.last = self.place(name, make);
        }
        self.at(self.last)
    }

    /// Where a name is, made when it is new.
    pub(crate) fn place(&mut self, name: &'static str, make: impl FnOnce() -> T) -> usize {
        self.all.iter().position(|(known, _)| is_same(known, name)).unwrap_or_else(|| {
            self.all.push((name, make()));
            self.all.len() - 1
        })
    }

    /// What is at a place.
    #[inline]
    pub(crate) fn at(&mut self, place: usize) -> &mut T {
        &mut self.all[place].1
    }
}

impl<T> IntoIterator for ByShape<T> {
    type Item = (&'static str, T);
    type IntoIter = std::vec::IntoIter<(&'static str, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{ByShape, Rows};

    #[test]
    fn names_of_one_text_are_one() {
        let mut counts: ByShape<u32> = ByShape::default();
        let elsewhere: &'static str = String::from("date").leak();
        for name in ["date", "time", elsewhere, "date", "time", "time"] {
            *counts.of(name, || 0) += 1;
        }
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("date", 3), ("time", 3)]);
    }

    #[test]
    fn rows_come_in_order() {
        assert_eq!(Rows::All(0..3).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(Rows::Some([1, 5].iter()).collect::<Vec<_>>(), [1, 5]);
        assert_eq!((Rows::All(0..3).len(), Rows::Some([1, 5].iter()).len()), (3, 2));
    }
}
